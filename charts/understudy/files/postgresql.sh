#!/bin/sh
# Starts the bundled PostgreSQL. Runs as the user of the pod, with a read-only root: nothing is chowned, nobody is su'd.
#
# PGDATA: where the data are, below the volume. DATABASE: the database to make. OWNER, OWNER_PASSWORD: its superuser.
set -eu

for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
export PATH

initialise() {
    # Made beside PGDATA and then moved, so that one which was killed half-way is begun anew.
    unfinished="$PGDATA.unfinished"
    rm -rf "$unfinished"
    umask 077
    printf '%s' "$OWNER_PASSWORD" > /tmp/owner-password
    initdb --pgdata="$unfinished" --username="$OWNER" --pwfile=/tmp/owner-password \
        --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
    rm /tmp/owner-password
    echo "host all all all scram-sha-256" >> "$unfinished/pg_hba.conf"
    echo "CREATE DATABASE \"$DATABASE\"" | postgres --single -D "$unfinished" postgres > /dev/null
    sync
    mv "$unfinished" "$PGDATA"
}

[ -s "$PGDATA/PG_VERSION" ] || initialise
unset OWNER_PASSWORD
chmod 0700 "$PGDATA"  # A kubelet that sets the volume's group opens the directory to it, which PostgreSQL refuses.

exec postgres -D "$PGDATA" \
    -c listen_addresses='*' \
    -c unix_socket_directories=/tmp \
    -c shared_buffers=128MB \
    -c dynamic_shared_memory_type=posix
