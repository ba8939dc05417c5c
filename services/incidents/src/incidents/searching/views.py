"""From rows of texts to answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents.texts import Piece, TextHit
from chassis.sql import AnyRow
from incidents.labels import STATUS
from incidents.searching import queries
from web.i18n import Language
from web.text import prose


async def hits(
    reader: AsyncConnection, rows: Sequence[AnyRow], words: Sequence[str], language: Language
) -> list[TextHit]:
    alike = {*words, *(word for row in rows for word in prose.candidates(row.text, words))}
    stems = await queries.stems(reader, sorted(alike)) if rows else {}

    def is_alike(part: str, word: str) -> bool:
        return part in stems and stems[part] == stems.get(word)

    return [_hit(row, prose.excerpt(row.text, words, is_alike), language) for row in rows]


def _hit(row: AnyRow, excerpt: Sequence[prose.Piece], language: Language) -> TextHit:
    return TextHit(
        part=row.part,
        incident_number=row.number,
        incident_title=row.title,
        status=row.status,
        status_label=STATUS[row.status][language],
        reseller=row.reseller_name,
        client=row.client_name,
        scope=row.scope,
        message_id=row.message_id or row.of_message,
        file_id=row.file_id,
        scan=row.scan,
        at=row.at,
        by_name=row.by_name,
        by_kind=row.by_kind,
        excerpt=[Piece(text=piece.text, is_hit=piece.is_hit) for piece in excerpt],
    )
