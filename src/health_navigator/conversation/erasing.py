"""«Borra todo»: who is told to delete the chat may write it instead of the command."""

from __future__ import annotations

from health_navigator.matching.normalise import tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DELETE = _words(
    "borra borrar borrame borralo borrala borralos borrarlo borrarla borrarme borren borrenlo "
    "borro borre elimina eliminar eliminalo eliminala eliminame eliminen delete erase"
)
_CLEAN = _words("limpia limpiar limpialo limpie quita quitar quitalo apaga apagar clear")
_THINGS = _words(
    "todo todos toda todito tudo chat chats conversacion conversa charla mensaje mensajes "
    "historial pantalla escrito texto textos datos informacion info rastro registro "
    "messages everything conversation history"
)
_AROUND = _words(
    "a al de del el la las lo los este esta esto estos eso esa ese mi mis mio tu tus que me te se "
    "he escribi escrito dije dicho puse hable hablamos ya ahora mismo rapido urgente por favor "
    "quiero quisiera necesito deseo puedes puede podrias hay tengo aqui con yo y "
    "this the my all please agora meu minha"
)


def asks_to_erase(text: str) -> bool:
    """Whether the whole message asks to delete; «cómo borro...» asks how, and gets its answer."""
    said = {*tokens(text)}
    if said - _DELETE - _CLEAN - _THINGS - _AROUND:
        return False
    return bool(said & _DELETE or (said & _CLEAN and said & _THINGS))
