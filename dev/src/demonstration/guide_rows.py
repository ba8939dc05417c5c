"""The rows of the guide's screens, and rows dated relative to today, as a back office would hand them over."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "guide"
RESELLER = "REV-0001"

CLIENTS = {
    "CLI-0002": ("Atelier Durand", "contact@atelier-durand.example", "0478000002", "8 quai Rambaud", "69002", "Lyon"),
    "CLI-0003": ("Cabinet Lefèvre", "accueil@cabinet-lefevre.example", "0145000003", "21 rue Cler", "75007", "Paris"),
    "CLI-0004": (
        "Mairie d’Annecy",
        "informatique@annecy.example",
        "0450000004",
        "1 place de l’Hôtel",
        "74000",
        "Annecy",
    ),
}

# number, client, product, serial, started days ago, ends in days, service level, articles
RELATIVE = (
    ("30101", "CLI-0001", "TS-131K-1TIW", "Q217B20101", 200, 895, "Envoi express J+1, appel avant 16H",
     (("NAS QNAP Tour TS-131K - Boitier nu - 1 baie", "TS-131K", "Q217B20101"),
      ("Disque dur 3,5\" 1TB - Seagate IronWolf NAS", "ST1000VN002", "Z9CB20101"))),
    ("30102", "CLI-0001", "TS-453D-4G", "Q218C30102", 400, 695, "Envoi express J+1, appel avant 16H",
     (("NAS QNAP Tour TS-453D - 4 baies - 4 Go", "TS-453D", "Q218C30102"),)),
    ("30103", "CLI-0002", "SY-DS920+24TNS", "2130QSR30103", 300, 430, "Envoi standard",
     (("NAS Synology DS920+ - 4 baies", "DS920+", "2130QSR30103"),
      ("Disque dur 3,5\" 6TB - Seagate IronWolf NAS", "ST6000VN001", "ZR1230103"),
      ("Disque dur 3,5\" 6TB - Seagate IronWolf NAS", "ST6000VN001", "ZR1230104"))),
    ("30104", "CLI-0003", "TS-253E-8G", "Q224A30104", 1040, 55, "Envoi express J+1, appel avant 16H",
     (("NAS QNAP Tour TS-253E - 2 baies - 8 Go", "TS-253E", "Q224A30104"),)),
    ("30105", "CLI-0004", "SY-RS1221+", "2210RRR30105", 1088, 7, "Envoi express J+1, appel avant 16H",
     (("NAS Synology RS1221+ - Rack 2U - 8 baies", "RS1221+", "2210RRR30105"),)),
    ("30106", "CLI-0004", "SY-RS822+", "2240SSS30106", 30, 1065, "Sur site H+4",
     (("NAS Synology RS822+ - Rack 1U - 4 baies", "RS822+", "2240SSS30106"),)),
    ("30107", "CLI-0002", "TS-131K-1TIW", "Q217B30107", 1126, -31, "Envoi standard",
     (("NAS QNAP Tour TS-131K - Boitier nu - 1 baie", "TS-131K", "Q217B30107"),)),
    ("30108", "", "TR-004", "Q231E30108", 90, 1005, "", ()),
    ("30109", "CLI-0004", "SY-DS920+24TNS", "2130QSR30109", 1083, 12, "Envoi standard",
     (("NAS Synology DS920+ - 4 baies", "DS920+", "2130QSR30109"),)),
    ("30110", "CLI-0003", "TS-453D-4G", "Q218C30110", 1066, 29, "Envoi express J+1, appel avant 16H",
     (("NAS QNAP Tour TS-453D - 4 baies - 4 Go", "TS-453D", "Q218C30110"),)),
    ("30111", "CLI-0003", "SY-DS920+24TNS", "2130QSR30111", 1050, 45, "Envoi standard",
     (("NAS Synology DS920+ - 4 baies", "DS920+", "2130QSR30111"),)),
    ("30112", "CLI-0004", "SY-RS1221+", "2210RRR30112", 950, 145, "Envoi express J+1, appel avant 16H",
     (("NAS Synology RS1221+ - Rack 2U - 8 baies", "RS1221+", "2210RRR30112"),)),
    ("30113", "CLI-0003", "TR-004", "Q231E30113", 890, 205, "", ()),
)  # fmt: skip

OFFERS = {
    "CL-SV-E2TS453D": ("TS-453D", "Extension 2 ans au contrat SQP CL-SV-E2TS453D - Envoi express J+1 - 2 ans", 24),
    "CL-SV-E1DS920": ("DS920+", "Extension 1 an au contrat SQP CL-SV-E1DS920 - Envoi standard - 1 an", 12),
    "CL-SV-E3RS1221": ("RS1221+", "Extension 3 ans au contrat SQP CL-SV-E3RS1221 - Envoi express J+1 - 3 ans", 36),
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def offers() -> dict[str, dict[str, Any]]:
    """Bodies of ``PUT /backoffice/extension-offers/{sku}`` by SKU."""
    guide = {row.pop("sku"): {**row, "months": int(row["months"])} for row in rows("extension_offers")}
    ours = {
        sku: {"applies_to_product_reference": reference, "label": label, "months": months}
        for sku, (reference, label, months) in OFFERS.items()
    }
    return {**guide, **ours}


def guide_contracts() -> dict[str, dict[str, Any]]:
    """Bodies of ``PUT /backoffice/contracts/{number}`` by number, from the guide's screens."""
    resellers = {row["code"]: row for row in rows("resellers")}
    clients = {row["code"]: row for row in rows("clients")}
    articles: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("articles"):
        articles[row.pop("contract_number")].append(row)
    return {
        row["number"]: {
            "product_reference": row["product_reference"],
            "serial_number": row["serial_number"],
            "reseller": resellers[row["reseller_code"]],
            "client": _client(clients[row["client_code"]]) if row["client_code"] else None,
            "starts_on": row["starts_on"],
            "warranty_ends_on": row["warranty_ends_on"],
            "articles": articles[row["number"]],
        }
        for row in rows("contracts")
    }


def relative_contracts(today: date) -> dict[str, dict[str, Any]]:
    """The same for rows in force, expiring and expired as of ``today``."""
    reseller = next(row for row in rows("resellers") if row["code"] == RESELLER)
    return {
        number: {
            "product_reference": product,
            "serial_number": serial,
            "reseller": reseller,
            "client": _known_client(client) if client else None,
            "starts_on": (today - timedelta(days=started)).isoformat(),
            "warranty_ends_on": (today + timedelta(days=ends)).isoformat(),
            "service_level": level,
            "articles": [
                {"designation": designation, "product_reference": reference, "serial_number": article}
                for designation, reference, article in articles
            ],
        }
        for number, client, product, serial, started, ends, level, articles in RELATIVE
    }


def _client(row: dict[str, str]) -> dict[str, Any]:
    address = {key: row[key] for key in ("street", "complement", "postal_code", "city", "country", "email", "phone")}
    return {
        **{key: row[key] for key in ("code", "name", "email", "phone")},
        "address": {**address, "label": "Adresse principale"},
    }


def _known_client(code: str) -> dict[str, Any]:
    for row in rows("clients"):
        if row["code"] == code:
            return _client(row)
    name, email, phone, street, postal_code, city = CLIENTS[code]
    parts = {"street": street, "complement": "", "postal_code": postal_code, "city": city, "country": "FR"}
    return _client({"code": code, "name": name, "email": email, "phone": phone, **parts})
