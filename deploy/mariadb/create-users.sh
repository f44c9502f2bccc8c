#!/usr/bin/env bash
# Run once by the image's entrypoint, when the data folder is empty. The one who runs may not change the schema: without
# DROP there is no TRUNCATE, which would pass the triggers that keep evidence and ledger append-only.
set -euo pipefail
mariadb --user=root --password="$MARIADB_ROOT_PASSWORD" <<SQL
create user civicpay_migrate@'%' identified by '$MARIADB_MIGRATE_PASSWORD';
grant all on civicpay.* to civicpay_migrate@'%';
create user civicpay_app@'%' identified by '$MARIADB_APP_PASSWORD';
grant select, insert, update, delete on civicpay.* to civicpay_app@'%';
SQL
