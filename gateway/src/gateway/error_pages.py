"""What the gateway refuses by itself, as a page for a browser and as problem+json for a program."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway import routing
from web.errors import Problem
from web.http import error_handlers
from web.i18n import Language, negotiate

HEADINGS: dict[Language, tuple[str, str]] = {
    "fr": ("Un instant", "Opération refusée"),
    "en": ("One moment", "Operation refused"),
}
BACK: dict[Language, str] = {"fr": "Retour à l’accueil", "en": "Back to the start"}
# Whole without styles and scripts: what serves them may be what is away.
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{heading} – SQP</title>
</head>
<body>
<h1>{heading}</h1>
<p>{sentence}</p>
<p><a href="/">{back}</a></p>
</body>
</html>
"""


async def refuse(request: Request, error: Exception) -> Response:
    problem = error_handlers.problem_of(error, request.scope)
    if not _wants_page(request):
        return await error_handlers.refuse(request, problem)
    language = negotiate(request.headers.get("accept-language"))
    answer = HTMLResponse(_page(problem, language), problem.status, {"Content-Language": language})
    answer.headers.update(problem.headers)
    return answer


def _page(problem: Problem, language: Language) -> str:
    later, refused = HEADINGS[language]
    heading = later if problem.status >= 500 or problem.status == 429 else refused
    sentence = escape(problem.sentence(language))
    return PAGE.format(language=language, heading=heading, sentence=sentence, back=BACK[language])


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not routing.is_api(request.url.path)
