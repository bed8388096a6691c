-- The application's role reads the audit trail and appends to it here, in no other way: the function runs as its owner.
alter function platform.append_audit(jsonb) security definer set search_path = pg_catalog, pg_temp;
revoke execute on function platform.append_audit(jsonb) from public;

-- A read of many records is one entry that names them in after -> 'ids'.
create index audit_entry_ids on platform.audit_entry using gin ((after -> 'ids')) where entity_id = '';
create index audit_entry_request on platform.audit_entry (request_id);

-- Lines of posted documents, as the documents themselves. The privileges of the application's role follow these triggers.
create trigger receipt_line_append_only before update or delete on buying.receipt_line
    for each row execute function platform.refuse_change();
create trigger receipt_line_no_truncate before truncate on buying.receipt_line
    for each statement execute function platform.refuse_change();
create trigger dispensing_append_only before update or delete on dispensing.dispensing
    for each row execute function platform.refuse_change();
create trigger dispensing_no_truncate before truncate on dispensing.dispensing
    for each statement execute function platform.refuse_change();
create trigger dispensing_line_append_only before update or delete on dispensing.dispensing_line
    for each row execute function platform.refuse_change();
create trigger dispensing_line_no_truncate before truncate on dispensing.dispensing_line
    for each statement execute function platform.refuse_change();
create trigger answered_warning_append_only before update or delete on dispensing.answered_warning
    for each row execute function platform.refuse_change();
create trigger answered_warning_no_truncate before truncate on dispensing.answered_warning
    for each statement execute function platform.refuse_change();
create trigger owed_cancelled_append_only before update or delete on dispensing.owed_cancelled
    for each row execute function platform.refuse_change();
create trigger owed_cancelled_no_truncate before truncate on dispensing.owed_cancelled
    for each statement execute function platform.refuse_change();
