"""The refusals of dispensing."""

from stockroom.platform.errors import N_, Conflict, Invalid


class FileNumberTaken(Conflict):
    code = "patient.file_number_taken"
    sentence = N_("Another patient already has this file number.")
    at = "/file_number"


class BirthDateImpossible(Invalid):
    code = "patient.birth_date_impossible"
    sentence = N_("The birth date must lie between 1900 and today.")
    at = "/birth_date"


class AllergyGroupUnknown(Invalid):
    code = "patient.allergy_group_unknown"
    sentence = N_("Choose allergy groups from the list.")
    at = "/allergy_groups"


class AllergiesContradict(Invalid):
    code = "patient.allergies_contradict"
    sentence = N_("Either no known allergies, or the allergies: not both.")
    at = "/no_known_allergies"


class DepartmentUnknown(Invalid):
    code = "patient.department_unknown"
    sentence = N_("There is no such department, or it is not one of yours.")
    at = "/department_id"


class PatientUnknown(Invalid):
    code = "patient.unknown"
    sentence = N_("There is no such patient, or the patient lies on another department's ward.")
    at = "/patient_id"


class PatientArchived(Conflict):
    code = "patient.archived"
    sentence = N_("This patient's record is archived. Restore it first.")
    at = "/patient_id"


class MergeWithItself(Invalid):
    code = "patient.merge_with_itself"
    sentence = N_("Choose another patient to merge with.")
    at = "/survivor_id"


class AlreadyMerged(Conflict):
    code = "patient.already_merged"
    sentence = N_("This record was already merged into another one.")
    at = "/survivor_id"


class PrescriberUnknown(Invalid):
    code = "prescriber.unknown"
    sentence = N_("There is no such prescriber.")
    at = "/prescriber_id"


class PrescriberArchived(Conflict):
    code = "prescriber.archived"
    sentence = N_("This prescriber is archived.")
    at = "/prescriber_id"


class LicenceTaken(Conflict):
    code = "prescriber.licence_taken"
    sentence = N_("Another prescriber already has this licence number.")
    at = "/licence"


class WarningsUnanswered(Conflict):
    code = "dispensing.warnings_unanswered"
    sentence = N_("Answer each warning with a reason before you dispense.")
    at = "/answers"


class AnswerUnknown(Invalid):
    code = "dispensing.answer_unknown"
    sentence = N_("This answer belongs to no warning.")
    at = "/answers"


class ReasonMissing(Invalid):
    code = "reason.missing"
    sentence = N_("Write the reason.")
    at = "/reason"


class LineUnknown(Invalid):
    code = "dispensing.line_unknown"
    sentence = N_("The dispensing has no such line.")
    at = "/lines"


class LineTwice(Invalid):
    code = "dispensing.line_twice"
    sentence = N_("Each line can be returned once in one document.")
    at = "/lines"


class OwedUnknown(Conflict):
    code = "dispensing.owed_unknown"
    sentence = N_("Nothing of this is owed to the patient any more.")
    at = "/lines"


class OwedTooLarge(Conflict):
    code = "dispensing.owed_too_large"
    sentence = N_("Only {owed} is still owed of this. Give more on a line of its own.")
    at = "/quantity"
