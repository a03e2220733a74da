"""The composition root: builds what the program is made of, and takes it down again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache, partial
from importlib import import_module
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, TypedDict

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException as StarletteHTTPException

from health_navigator import __version__, api, jobs, web_chat
from health_navigator.admin import audit, sessions
from health_navigator.admin.accounts import advise_first_admin, forget_failures
from health_navigator.admin.refusals import Refusal
from health_navigator.config import Settings
from health_navigator.conversation import replies
from health_navigator.conversation.desk import Desk
from health_navigator.db import Database
from health_navigator.errors import DatabaseAwayError
from health_navigator.i18n import DEFAULT_LOCALE, supported_locale, translator
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.checks import checked_once
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.sealed_cache import SealedCache
from health_navigator.matching.encoder import Encoder, load_encoder
from health_navigator.middleware import HEADERS, STAFF_PATHS, LazyRoutes, RequestLimits
from health_navigator.observability import Metrics, where_in_ours
from health_navigator.rate_limit import RateLimit
from health_navigator.shipped import cache_path
from health_navigator.telegram_bot import ledger, profile
from health_navigator.telegram_bot.delivery import Delivery
from health_navigator.telegram_bot.polling import Polling
from health_navigator.telegram_bot.transport import open_bot
from health_navigator.telegram_bot.watch import WebhookWatch
from health_navigator.telegram_bot.webhook import TelegramDoor, Webhook

if TYPE_CHECKING:
    from health_navigator.admin.office import Office

log = structlog.get_logger()

# How long a failed background task waits before it starts again.
_AGAIN_SECONDS = 2
_READY_SECONDS = 5
_STAFF_PAGES = "/admin"
_DATABASE_SECONDS = 2


class AppState(TypedDict):
    """What requests find in `request.state`."""

    desk: Desk
    database: Database
    metrics: Metrics
    door: TelegramDoor | None
    web_keys: tuple[bytes, ...]
    office: Callable[[], Office]


def create_app(settings: Settings) -> FastAPI:
    """The whole program as one ASGI application; it builds itself when its lifespan begins."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[AppState]:
        async with AsyncExitStack() as stack:
            try:
                state = await _build(settings, stack)
            except Exception as error:
                # The server reports only that it failed; whoever started it can report the reason.
                app.state.start_error = error
                log.error("start.failed", error=type(error).__name__)
                raise
            yield state

    app = FastAPI(
        title="Health Navigator",
        version=__version__,
        description="Curated, sourced answers about health for migrants in Peru.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(web_chat.router)
    app.include_router(api.router)
    app.include_router(_operations())
    app.mount("/static", web_chat.STATIC)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(DatabaseAwayError, _database_away)
    app.add_exception_handler(Exception, _failed)
    # The API's own description includes the staff's part.
    late = (*STAFF_PATHS, "/openapi.json")
    app.add_middleware(LazyRoutes, paths=late, load=partial(_admit_staff, app))
    app.add_middleware(RateLimit, refuse=_too_fast)
    app.add_middleware(Webhook)
    app.add_middleware(RequestLimits)
    return app


async def _admit_staff(app: FastAPI) -> None:
    """Load the staff's sixty modules, which nobody asking about their health should wait for."""
    # In a thread, so that other requests are answered meanwhile.
    await asyncio.to_thread(import_module, "health_navigator.admin.web")
    from health_navigator.admin.api import include_api
    from health_navigator.admin.web import include_pages

    include_api(app, api.to_ask_response, api.AskResponse, ledger.parked)
    include_pages(app, ledger.parked)


async def _refused(request: Request, error: Exception) -> Response:
    from health_navigator.admin.api import tell_refusal

    return await tell_refusal(request, error)


async def _build(settings: Settings, stack: AsyncExitStack) -> AppState:
    metrics = Metrics()
    database = await Database.open(settings.database_url, alone=True)
    stack.push_async_callback(database.close)
    await database.migrate()
    await load_knowledge(database, settings)
    builder = await asyncio.to_thread(snapshot_builder, settings)
    metrics.encoder.set(builder.has_encoder)
    live = LiveKnowledge(database, builder, metrics.show_knowledge)
    stack.push_async_callback(live.close)
    await live.refresh()
    _run(stack, metrics, "watch_knowledge", live.watch)
    desk = Desk(live, database, metrics, settings.keys())
    door = await _open_telegram(settings, stack, desk, database, metrics)
    work = partial(jobs.run_for_ever, database, clock_jobs(database, metrics), metrics)
    _run(stack, metrics, "clock_jobs", work)
    await advise_first_admin(database)
    return AppState(
        desk=desk,
        database=database,
        metrics=metrics,
        door=door,
        web_keys=settings.keys(),
        office=_office(database, live, builder, settings),
    )


def _office(
    database: Database, live: LiveKnowledge, builder: SnapshotBuilder, settings: Settings
) -> Callable[[], Office]:
    """What the staff's pages and API need, built on first use."""

    @cache
    def office() -> Office:
        from health_navigator.admin.office import Office

        return Office(database, live, builder, settings.keys(), settings.four_eyes)

    return office


def clock_jobs(database: Database, metrics: Metrics) -> Sequence[jobs.Job]:
    """Every scheduled job, in the order in which they run."""
    return (
        *jobs.of_conversations(database),
        jobs.Job("forget_updates", jobs.in_transaction(database, ledger.forget_old)),
        jobs.Job("forget_sessions", jobs.in_transaction(database, sessions.forget_expired)),
        jobs.Job("forget_failed_logins", jobs.in_transaction(database, forget_failures)),
        jobs.Job("forget_audit", jobs.in_transaction(database, audit.forget_old)),
        jobs.Job("overwrite_deleted", database.overwrite_deleted),
        jobs.of_knowledge(database, metrics),
    )


Background = Callable[[], Coroutine[Any, Any, None]]


def _run(stack: AsyncExitStack, metrics: Metrics, name: str, work: Background) -> None:
    """Run work beside the requests until the program ends."""
    failures = metrics.background_failures.labels(work=name)
    task = asyncio.create_task(_keep_running(name, work, failures))

    async def stop() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)


async def _keep_running(name: str, work: Background, failures: Counter) -> None:
    """Run work until it finishes; where it fails, log that and start it again.

    Otherwise the process would look healthy yet fetch no updates, or serve old knowledge.
    """
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  nobody else would see it
            failures.inc()
            log.error(
                "background.failed",
                work=name,
                error=type(error).__name__,
                where=where_in_ours(error),
            )
        else:
            return
        await asyncio.sleep(_AGAIN_SECONDS)


def checked_files(settings: Settings) -> tuple[StoredItem, ...]:
    """The knowledge in the files; raises KnowledgeError with everything wrong in them."""
    return checked_once(
        settings.knowledge_dir, SealedCache(cache_path("checked"), settings.keys()[0])
    )


async def load_knowledge(database: Database, settings: Settings) -> store.LoadReport:
    """Load the files' knowledge into the database; what staff edited stays and is reported."""
    items = await asyncio.to_thread(checked_files, settings)
    async with database.session() as session:
        report = await store.load(session, items)
    log.info(
        "knowledge.loaded",
        added=len(report.added),
        changed=len(report.changed),
        retired=len(report.retired),
        edited_by_staff=report.edited,
    )
    return report


def encoder_for(settings: Settings) -> Encoder | None:
    """The sentence encoder, if it is wanted and installed; the log says when it is not."""
    if settings.encoder == "none":
        log.info("encoder.off")
        return None
    encoder = load_encoder()
    if encoder is None:
        log.warning("encoder.missing", advice="pip install 'health-navigator[encoder]'")
    return encoder


def snapshot_builder(settings: Settings) -> SnapshotBuilder:
    """A snapshot builder with the configured encoder and everything kept on disk."""
    shelf = SealedCache(cache_path("learnt"), settings.keys()[0])
    return SnapshotBuilder(encoder_for(settings), cache_path("vectors.npz"), shelf)


async def _open_telegram(
    settings: Settings, stack: AsyncExitStack, desk: Desk, database: Database, metrics: Metrics
) -> TelegramDoor | None:
    if settings.telegram_token is None:
        log.info("telegram.off", advice="set NAVIGATOR_TELEGRAM_TOKEN to answer on Telegram")
        return None
    if not settings.is_shared:
        await database.transact(ledger.end_leases)
    token = settings.telegram_token.get_secret_value()
    bot = await stack.enter_async_context(open_bot(token, settings.telegram_api_url, metrics))
    delivery = Delivery(bot, database, desk.respond, _last_resort, settings.keys(), metrics)
    _run(stack, metrics, "introduce", partial(profile.introduce, bot))
    if not settings.uses_webhook:
        _run(stack, metrics, "poll", lambda: Polling(bot, delivery).run())
        return None
    assert settings.webhook_secret is not None  # noqa: S101  the settings were checked
    assert settings.public_url is not None  # noqa: S101
    secret = settings.webhook_secret.get_secret_value()
    direct = partial(profile.direct_to_webhook, bot, settings.public_url, secret)
    _run(stack, metrics, "set_webhook", direct)
    watch = WebhookWatch(bot, settings.public_url, metrics)
    look = jobs.Job("watch_webhook", watch.look, everywhere=True)
    _run(stack, metrics, "watch_webhook", partial(jobs.run_for_ever, database, (look,), metrics))
    networks = tuple(ip_network(network) for network in settings.webhook_networks)
    return TelegramDoor(delivery, secret, metrics, networks)


def _last_resort(language_code: str | None) -> str:
    return replies.last_resort(translator(supported_locale(language_code)))


def _operations() -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="The process lives")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="A question would be answered now")
    async def ready(request: Request) -> JSONResponse:
        checks = {
            "database": await _answers(request.state.database),
            "knowledge": request.state.desk.live.is_loaded,
        }
        status = 200 if all(checks.values()) else 503
        return JSONResponse({"ready": status == 200, "checks": checks}, status)

    @router.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        body = generate_latest(request.state.metrics.registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return router


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            return await database.is_ready()
    except (DatabaseAwayError, SQLAlchemyError, TimeoutError):
        return False


async def _database_away(request: Request, error: Exception) -> Response:
    log.warning("database.away", error=str(error))
    why = "the database is away, come back"
    return _come_back(request, 503, _DATABASE_SECONDS, why, _last_resort(None))


async def _failed(request: Request, error: Exception) -> Response:
    """Our own fault: whoever asked must still get the numbers to call."""
    log.error("request.failed", error=type(error).__name__, where=where_in_ours(error))
    why = "our own failure; it is in the log"
    # This response bypasses the middleware, which otherwise adds these headers.
    if request.url.path.startswith(_STAFF_PAGES):
        return _failed_at_work(request)
    return _told(request, 500, HEADERS, why, _last_resort(None))


def _failed_at_work(request: Request) -> Response:
    from health_navigator.admin.web.route import failed

    answer = failed(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _too_fast(request: Request, seconds: int) -> Response:
    request.state.metrics.refused.labels(why="flood").inc()
    why = "too many requests come from your address, come back"
    return _come_back(request, 429, seconds, why, replies.crowded(translator(DEFAULT_LOCALE)))


def _come_back(request: Request, status: int, seconds: int, why: str, words: str) -> Response:
    return _told(request, status, {"Retry-After": str(seconds)}, why, words)


def _told(
    request: Request, status: int, headers: Mapping[str, str], why: str, words: str
) -> Response:
    """Programs are told why; people on the page are told whom to call meanwhile."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": why}, status, headers)
    return PlainTextResponse(words, status, headers)


async def _http_error(request: Request, error: Exception) -> Response:
    """As FastAPI does, but a body that cannot be read gets 422 like any other invalid one."""
    assert isinstance(error, StarletteHTTPException)  # noqa: S101  registered for it alone
    if error.status_code == 400 and request.url.path.startswith("/api/"):
        problem = {"field": "body", "reason": _why_unreadable(request, error)}
        return JSONResponse({"detail": [problem]}, 422)
    return await http_exception_handler(request, error)


def _why_unreadable(request: Request, error: StarletteHTTPException) -> str:
    """Of JSON FastAPI only says that it failed; of a form its parser says what is wrong."""
    is_form = request.headers.get("Content-Type", "").startswith("multipart/")
    return f"this is no form that can be read: {error.detail}" if is_form else "write JSON in UTF-8"


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    """422 that says where and why, without echoing what a person wrote."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
    problems = [
        {"field": ".".join(str(part) for part in problem["loc"][1:]), "reason": problem["msg"]}
        for problem in error.errors()
    ]
    return JSONResponse({"detail": problems}, 422)
