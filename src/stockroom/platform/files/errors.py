"""The refusals of uploads."""

from stockroom.platform.errors import N_, Conflict, Invalid, NotFound, TooLarge


class FileMissing(Invalid):
    code = "file.missing"
    sentence = N_("Choose a file first.")
    at = "/file"


class FileEmpty(Invalid):
    code = "file.empty"
    sentence = N_("This file is empty.")
    at = "/file"


class FileTooLarge(TooLarge):
    code = "file.too_large"
    sentence = N_("The file is larger than {megabytes} MB.")
    at = "/file"


class FileTypeRefused(Invalid):
    code = "file.type"
    sentence = N_("This kind of file is not accepted here. Accepted are: {accepted}.")
    at = "/file"


class FileBroken(Invalid):
    code = "file.broken"
    sentence = N_("The file is damaged or not what it seems to be. Save it again and upload that.")
    at = "/file"


class ImageTooLarge(Invalid):
    code = "file.pixels"
    sentence = N_("The picture has more than {megapixels} million pixels. Make it smaller first.")
    at = "/file"


class FileTooSlow(Invalid):
    code = "file.too_slow"
    sentence = N_("Reading this file takes too long. Save it again in a simpler form and upload that.")
    at = "/file"


class FileLocked(Invalid):
    code = "file.locked"
    sentence = N_("This PDF can only be opened with a password. Save it without one and upload that.")
    at = "/file"


class FileLost(NotFound):
    code = "file.lost"
    sentence = N_("This file is no longer in the store. Tell who looks after the system.")


class TooManyFiles(Conflict):
    code = "file.too_many"
    sentence = N_("At most {limit} documents belong to one thing.")
    at = "/file"


class ReasonMissing(Invalid):
    code = "file.reason"
    sentence = N_("Say why it is removed.")
    at = "/reason"
