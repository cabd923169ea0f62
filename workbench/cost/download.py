"""Fetches an offer file of the AWS Price List by its API. Needs credentials that may read price lists."""

from __future__ import annotations

import shutil
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deployment.errors import InputError

API_REGION: Final = "us-east-1"
"""Region of the Price List API's endpoint."""

HOSTS: Final = ("https://pricing.", "https://api.pricing.")
TIMEOUT_SECONDS: Final = 60


def download_offer(code: str, region: str, folder: Path, client: Any = None) -> Path:
    """The current offer file of `code` for `region`, saved in `folder`. Raises InputError.

    `client` is a boto3 ``pricing`` client; default: one with the environment's credentials.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    target = folder / f"{code}.json"
    try:
        pricing = client or boto3.client("pricing", region_name=API_REGION)
        lists = pricing.list_price_lists(
            ServiceCode=code, EffectiveDate=datetime.now(UTC), CurrencyCode="USD", RegionCode=region
        )["PriceLists"]
        if not lists:
            raise InputError(f"--service {code}: the Price List has no such offer for {region}")
        url = pricing.get_price_list_file_url(PriceListArn=lists[0]["PriceListArn"], FileFormat="json")["Url"]
    except (BotoCoreError, ClientError) as error:
        raise InputError(
            f"--service {code}: the Price List API can't be asked ({error}); download the file and use --from"
        ) from error
    if not str(url).startswith(HOSTS):
        raise InputError(f"--service {code}: the Price List API named an unexpected address")
    try:
        with (
            urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer,  # noqa: S310 - https to AWS's pricing host, checked above
            target.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
    except OSError as error:
        raise InputError(f"--service {code}: the offer file can't be fetched: {error}") from error
    return target
