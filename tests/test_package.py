"""The wheel, installed elsewhere, serves: knowledge, migrations, pages and catalogues inside."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import httpx
import pytest

from tests.support.knowledge import REPOSITORY
from tests.support.process import Served


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "build",
            "--quiet",
            "--wheel",
            "--no-build-isolation",
            "--out-dir",
            folder,
        ],
        cwd=REPOSITORY,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_serves_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    # The packages of this environment are lent by a path file; the program itself is the wheel's.
    python = environment / "bin" / "python"
    (lib,) = (environment / "lib").iterdir()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            python,
            wheel,
        ],
        check=True,
    )
    (lib / "site-packages" / "lent.pth").write_text(_site_packages())
    served = Served(tmp_path, {}, (str(python), "-m", "health_navigator.cli"))
    served.start()
    try:
        where = httpx.post(f"{served.url}/api/v1/ask", json={"text": "que es el sis"}, timeout=30)
        assert where.json()["entry"] == "sis-que-es"
        assert "Escribe tu duda" in httpx.get(served.url, timeout=30).text
        assert httpx.get(f"{served.url}/static/chat.css", timeout=30).status_code == 200
    finally:
        served.kill()
    assert (tmp_path / "var").is_dir()


def _site_packages() -> str:
    return next(path for path in sys.path if path.endswith("site-packages")) + "\n"
