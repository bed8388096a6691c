"""What the report says, by code. English is the source; edges may translate the template and fill it."""

from collections.abc import Mapping

from stockroom.platform.errors import N_

MESSAGES: dict[str, str] = {
    # whole files
    "source_missing": N_("There is nothing to read at this path."),
    "source_empty": N_("No ALORF data was found here."),
    "layout_ambiguous": N_("More than one folder here holds ALORF data: {folders}. Name one of them."),
    "table_twice": N_("The table {table} is here twice: {first} and {second}. Leave one."),
    "file_unreadable": N_("The file {file} cannot be read: {reason}."),
    "file_too_large": N_("The file {file} is larger than {limit} bytes."),
    "zip_broken": N_("The archive is damaged: {reason}."),
    "zip_encrypted": N_("The archive is encrypted. Unpack it first."),
    "zip_path_unsafe": N_("The archive holds an unsafe path: {entry}."),
    "zip_entry_twice": N_("The archive holds the file {entry} twice."),
    "zip_nested": N_("The archive holds another archive: {entry}. Unpack it first."),
    "zip_too_large": N_("The archive unpacks to more than {limit} bytes, or far more than it weighs."),
    "zip_too_many": N_("The archive holds more than {limit} files."),
    "text_undecodable": N_("The text of {file} is in no encoding that can be read."),
    "json_malformed": N_("The file {file} is not valid JSON (line {line}, column {column})."),
    "json_not_a_table": N_("The file {file} holds no list of records."),
    "csv_malformed": N_("The file {file} is not valid CSV (line {line})."),
    "csv_truncated": N_("The file {file} ends in the middle of a row."),
    "csv_header": N_("The heading of {file} is missing, repeated or unknown."),
    "encoding_guessed": N_("The file {file} is not UTF-8; it was read as {encoding}."),
    "json_keys_repeated": N_("Some records of {file} name a field twice ({keys}); the last one counts."),
    "file_ignored": N_("The file {file} is no ALORF table and was left out."),
    "metadata_read": N_("The backup was made at {made_at}."),
    "metadata_unreadable": N_("The backup's own description cannot be read; it is not needed."),
    "table_missing": N_("There is no file for {table}; it counts as empty."),
    "naive_times": N_("{count} times without a zone were read as {zone}."),
    "json_csv_disagree": N_("JSON says {json} and CSV says {csv} for {field}; JSON counts."),
    "only_in_json": N_("The record is in the JSON file and not in the CSV file."),
    # records refused
    "not_a_record": N_("This is no record."),
    "empty_record": N_("The record is empty."),
    "row_misshapen": N_("The row has more cells than the heading."),
    "only_in_csv": N_("The record is only in the CSV file; where both exist JSON counts."),
    "duplicate_id": N_("An earlier record has the same id."),
    "store_unknown": N_("The stock belongs to no store: neither an id nor a name is given."),
    # records changed
    "text_cleaned": N_("Characters that no text may hold were removed."),
    "row_short": N_("The row has fewer cells than the heading; the rest counts as empty."),
    "rows_disagree": N_("Rows of one document disagree on {fields}; the first counts."),
    "id_missing": N_("The record has no id; it was given {key}."),
    "name_missing": N_("The record has no name; it was called {name}."),
    "name_shortened": N_("The name is too long; the whole of it is in the notes."),
    "duplicate_name": N_("The same name as {other}; both are kept."),
    "field_renamed": N_("{field} was found under the name {found}."),
    "fields_missing": N_("Nothing is recorded for: {fields}."),
    "extra_fields": N_("Fields without a place were kept in the notes: {fields}."),
    "photos_left": N_("Photos are not brought over: {photos}."),
    "password_dropped": N_("The password was not taken over; the person is invited instead."),
    "secret_removed": N_("A password or another secret was removed from the record."),
    "date_unreadable": N_("The date {text} in {field} cannot be read."),
    "date_ambiguous": N_("The date {text} in {field} was read day first."),
    "date_in_future": N_("{field} lies in the future: {text}."),
    "number_unreadable": N_("The number {text} in {field} cannot be read."),
    "number_with_words": N_("The number {text} in {field} was read as {value}."),
    "number_ambiguous": N_("The number {text} in {field} was read as {value}."),
    "number_rounded": N_("The number {text} in {field} was rounded to {value}."),
    "number_too_large": N_("The number {text} in {field} is out of range."),
    "number_negative": N_("{field} is negative ({text}) and was left empty."),
    "supplier_gone": N_("The supplier {id} is gone."),
    "department_gone": N_("The department {id} is gone."),
    "store_gone": N_("The store {id} is gone."),
    "medicine_gone": N_("The medicine {id} is gone."),
    "patient_gone": N_("The patient {id} is gone."),
    "form_unknown": N_("The form {text} is not on the list; it counts as other."),
    "strength_from_form": N_("The strength {strength} was taken from the form."),
    "strength_disagrees": N_("The form says {form} and the strength says {strength}; check the medicine."),
    "barcode_wrong": N_("The barcode {barcode} is not valid; it is kept in the notes."),
    "barcode_taken": N_("The barcode {barcode} belongs to {other} already; it is kept in the notes."),
    "no_expiry": N_("The medicine holds stock and has no expiry date."),
    "expired_stock": N_("The medicine holds stock that expired on {expiry}."),
    "birth_year_estimated": N_("The birth year {year} was estimated from the age {age}."),
    "age_unreadable": N_("The age {text} cannot be used."),
    "sex_unknown": N_("The sex {text} is not known."),
    "allergy_not_coded": N_("The allergy {text} matches no group; it is kept as text."),
    "allergy_check": N_("The allergy {text} may be meant the other way; it counts until checked."),
    "allergy_in_history": N_("The history mentions an allergy; enter it as one if it is."),
    "file_number_taken": N_("The file number {number} belongs to {other}; this one became {given}."),
    "username_made": N_("There is no user name that can be used; it became {given}."),
    "username_taken": N_("The user name {username} is taken; this one became {given}."),
    "email_unusable": N_("The e-mail address cannot be used: {email}."),
    "email_taken": N_("The e-mail address belongs to {other} too; this person is not invited."),
    "no_invitation": N_("Without an e-mail address the person cannot be invited."),
    "role_unknown": N_("The role {role} is not known; it became ward, which may do least."),
    "main_by_id": N_("The main pharmacy is the one with id 01, though its name is {name}."),
    "status_missing": N_("The document has no status; it counts as complete."),
    "status_unknown": N_("The status {status} is not known; the document moved no stock."),
    "line_unreadable": N_("A line of the document cannot be read: {text}."),
    "negative_stock": N_("The stock of medicine {medicine} was {quantity}; it comes in as zero."),
    "stock_unreadable": N_("The stock of medicine {medicine} is no number: {text}."),
    "stock_merged": N_("The medicine {medicine} was listed more than once; the sum comes in."),
    "inventory_unreadable": N_("The inventory cannot be read: {text}."),
    "placeholder_made": N_("Stock of medicine {medicine}, which is gone, comes in under a stand-in."),
    "stock_refused": N_("The stock of this record does not come in: {stock}."),
    # stock against documents
    "delivered_purchase_counted_twice": N_("A delivered purchase was counted twice: {explained_by}."),
    "pending_purchase_counted": N_("A purchase that never arrived was counted: {explained_by}."),
    "purchases_counted_wrongly": N_("Purchases were counted twice or too early: {explained_by}."),
    "consumed_more_than_stock": N_("More was taken out than there was; the old system stopped at zero."),
    "in_another_store": N_("The documents put the same quantity in another store."),
    "no_documents": N_("No document explains this stock."),
    "stock_in_gone_store": N_("The documents leave stock in a store that is gone."),
    "negative_opening": N_("The old stock was negative; it comes in as zero."),
    "unexplained": N_("The documents do not explain this stock."),
    "stock_not_brought_in": N_("The quantity {quantity} does not come in: {why}"),
    # brought within the rules of this house
    "matched": N_("{name} is here already and stays as it is; the old record is kept to be read."),
    "other_system": N_(
        "{differing} of {compared} records imported before were made at another moment. Is this another system?"
        " Its ids would mean other things."
    ),
    "changed_since": N_(
        "Imported before, and changed there since: {fields}. Nothing was overwritten. Now: {now}"
    ),
    "document_changed": N_("Kept before, and changed there since. The first one stays."),
    "name_made_unique": N_("The name is taken; it became {name}."),
    "code_taken": N_("The code {taken} is taken; it became {given}."),
    "department_closed": N_("The department is closed here; the record stays without it."),
    "supplier_closed": N_("The supplier is closed here; the medicine stays without one."),
    "kept_whole": N_("Not all of it has a place here ({fields}); the whole record is kept to be read."),
    "email_in_notes": N_("This is no e-mail address; it is kept in the notes: {email}."),
    "form_matched": N_("The form is on the list already, as {form}."),
    "form_added": N_("The form was added to the list as {form}; write its name in the other language."),
    "form_closed": N_("The form {form} is no longer in use here; it is kept in the notes."),
    "barcode_in_notes": N_("The barcode {barcode} cannot be used here; it is kept in the notes."),
    "birth_date_impossible": N_("Nobody can have this {born}; it is kept in the history."),
    "allergy_group_other": N_("There is no group for {groups} here; it counts as other."),
    "file_number_in_use": N_("The file number {number} is in use here; this one became {given}."),
    "licence_taken": N_("The licence {licence} belongs to somebody else here; it is kept in the notes."),
    "username_changed": N_("The user name {username} cannot be used here; it became {given}."),
    "username_in_use": N_("The user name {username} is in use here; this one became {given}."),
    "email_in_use": N_("The address {email} belongs to another user here; this person cannot be invited."),
    "role_missing": N_("There is no role {role} here; it became {given}, which may do least."),
    "role_beyond_own": N_("The role {role} may do more than you may; it became {given}."),
    "user_disabled": N_("The user was not active there ({role}) and comes disabled."),
    "ward_without_department": N_(
        "A ward user without a department would see all; the account comes disabled."
    ),
    "expiry_impossible": N_("No box bears the expiry {expiry}; the batch comes without one."),
    "batch_code_made": N_("The batch code {batch} cannot be used; the batch is called {given}."),
    "batch_code_missing": N_("Nobody wrote the batch code down; the batch is called {given}."),
    "batch_code_shared": N_("The batch {batch} has several expiry dates; this one is called {given}."),
    "quantity_rounded": N_(
        "{quantity} was rounded to {given}: it is counted with {precision} decimals here."
    ),
    "quantity_out_of_range": N_("The quantity {quantity} cannot be posted."),
    "place_closed": N_("The store is closed here; the quantity {quantity} does not come in."),
    # nothing to say
    "taken": N_("Taken as it is."),
}


class _Told(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def message_for(code: str, details: Mapping[str, str]) -> str:
    """The English sentence of a code; raises KeyError for a code without one."""
    return MESSAGES[code].format_map(_Told(details))
