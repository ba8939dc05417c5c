"""What the files service refuses, and why."""

from __future__ import annotations

from typing import Any

from web.errors import Conflict, MalformedRequest, NotFound, Problem, UnsupportedMediaType
from web.i18n import text


class FileNotFound(NotFound):
    code = "file_not_found"
    message = text(
        "Ce fichier n’existe pas ou ne vous est pas accessible.", "This file does not exist or is not yours to see."
    )


class ThumbnailNotFound(NotFound):
    code = "thumbnail_not_found"
    message = text("Ce fichier n’a pas d’aperçu.", "This file has no preview.")


class FileTooLarge(Problem):
    """``limit`` in bytes."""

    status = 413
    code = "file_too_large"
    message = text(
        "Ce fichier est trop volumineux : {megabytes} Mo au plus.", "This file is too large: {megabytes} MB at most."
    )

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit, megabytes=limit // (1024 * 1024))


class FileEmpty(Problem):
    status = 422
    code = "file_empty"
    message = text("Ce fichier est vide.", "This file is empty.")


class FileTypeRefused(UnsupportedMediaType):
    """``found``: what the first bytes look like, empty when they look like nothing known."""

    code = "file_type_refused"
    message = text(
        "Ce type de fichier n’est pas accepté tel quel : mettez-le dans une archive (.zip).",
        "This type of file is not accepted as it is: put it into an archive (.zip).",
    )

    def __init__(self, found: str = "") -> None:
        super().__init__(found=found)


class ActiveContentRefused(UnsupportedMediaType):
    code = "active_content_refused"
    message = text(
        "Les pages HTML et les images SVG ne sont pas acceptées telles quelles : placez-les dans une archive (.zip).",
        "HTML pages and SVG pictures are not accepted as they are: put them into an archive (.zip).",
    )


class PolyglotRefused(UnsupportedMediaType):
    code = "polyglot_refused"
    message = text(
        "Ce fichier en cache un autre d’un type différent : mettez-le dans une archive (.zip).",
        "This file hides another of a different type: put it into an archive (.zip).",
    )


class UploadMalformed(MalformedRequest):
    code = "upload_malformed"
    message = text(
        "L’envoi n’a pas pu être lu : il faut un formulaire multipart/form-data avec un seul fichier, nommé « file ».",
        "The upload could not be read: it takes a multipart/form-data form with one single file, named “file”.",
    )


class UploadInterrupted(MalformedRequest):
    code = "upload_interrupted"
    message = text(
        "L’envoi s’est interrompu avant la fin : rien n’a été conservé.",
        "The upload broke off before its end: nothing was kept.",
    )


class UploadTooSlow(Problem):
    status = 408
    code = "upload_too_slow"
    message = text("L’envoi a pris trop de temps.", "The upload took too long.")


class TooManyUnboundFiles(Conflict):
    code = "too_many_unbound_files"
    message = text(
        "Trop de fichiers attendent d’être joints à un incident. Joignez-les ou supprimez-les.",
        "Too many files wait to be attached to an incident. Attach or delete some.",
    )


class FileNotScannedYet(Conflict):
    code = "file_not_scanned_yet"
    message = text(
        "Ce fichier est en cours d’analyse antivirus. Réessayez dans un instant.",
        "This file is still being scanned for viruses. Try again in a moment.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


class FileInfected(Problem):
    status = 410
    code = "file_infected"
    message = text(
        "Ce fichier contenait un virus : il a été détruit.", "This file held a virus: it has been destroyed."
    )


class FileAttached(Conflict):
    code = "file_attached"
    message = text(
        "Ce fichier est joint à un incident : retirez-le de l’incident.",
        "This file is attached to an incident: take it off the incident.",
    )


class RangeNotSatisfiable(Problem):
    status = 416
    code = "range_not_satisfiable"
    message = text("Cette partie du fichier n’existe pas.", "That part of the file does not exist.")

    def __init__(self, size: int, **members: Any) -> None:
        super().__init__(headers={"Content-Range": f"bytes */{size}"}, **members)
