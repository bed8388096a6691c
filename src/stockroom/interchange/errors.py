"""The refusals of interchange."""

from stockroom.platform.errors import N_, Conflict, Invalid


class BalancesDiffer(Conflict):
    code = "import.balances_differ"
    sentence = N_(
        "The stock of {product} in {place} grew by {posted}; the plan says {planned}. Nothing was imported."
    )


class DraftUsed(Conflict):
    code = "import.draft_used"
    sentence = N_(
        "Nothing is waiting here: it was imported or dropped, or it is older than a day. Upload it again."
    )


class UploadMissing(Invalid):
    code = "import.upload_missing"
    sentence = N_("Choose the backup to import: a zip file.")
    at = "/file"


class SourceBroken(Invalid):
    code = "import.source_broken"
    sentence = N_("The backup cannot be read. Nothing was imported.")
    at = "/file"
