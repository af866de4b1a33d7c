#!/bin/sh
# Starts the bundled PostgreSQL. Runs as the user of the pod, with a read-only root: nothing is chowned, nobody is su'd.
#
# PGDATA: where the data are, below the volume. DATABASE: the database to make. OWNER, OWNER_PASSWORD: its superuser.
set -eu

for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
export PATH

name_the_user() {
    # OpenShift runs pods as users that no /etc/passwd knows, and initdb insists on a name.
    for library in /usr/lib/*/libnss_wrapper.so; do
        [ -e "$library" ] || { echo "The image has no user $(id -u), and no libnss-wrapper to name it with." >&2; exit 1; }
        echo "postgres:x:$(id -u):$(id -g)::/tmp:/bin/false" > /tmp/passwd
        echo "postgres:x:$(id -g):" > /tmp/group
        export NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group LD_PRELOAD="$library"
    done
}

initialise() {
    # Made beside PGDATA and then moved, so that one which was killed half-way is begun anew.
    unfinished="$PGDATA.unfinished"
    rm -rf "$unfinished"
    umask 077
    initdb --pgdata="$unfinished" --username="$OWNER" --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8
    echo "host all all all scram-sha-256" >> "$unfinished/pg_hba.conf"
    echo "CREATE DATABASE \"$DATABASE\"" | alone "$unfinished"
    sync
    mv "$unfinished" "$PGDATA"
}

set_password() {
    # At each start, so that a Secret which was lost and made anew is the truth again.
    quoted="$(printf '%s' "$OWNER_PASSWORD" | sed "s/'/''/g")"
    echo "ALTER ROLE \"$OWNER\" PASSWORD '$quoted'" | alone "$PGDATA"
    unset OWNER_PASSWORD quoted
}

alone() {
    # Without a server: nobody can connect meanwhile. In: the directory of the data; a statement on standard input.
    # A server that was killed has left its lock behind, with the process id that this shell has now; as an ancestor's,
    # PostgreSQL sees through it.
    PG_GRANDPARENT_PID=$$ postgres --single -D "$1" postgres > /dev/null
}

getent passwd "$(id -u)" > /dev/null || name_the_user
[ -s "$PGDATA/PG_VERSION" ] || initialise
chmod 0700 "$PGDATA"  # A kubelet that sets the volume's group opens the directory to it, which PostgreSQL refuses.
set_password

exec postgres -D "$PGDATA" \
    -c listen_addresses='*' \
    -c unix_socket_directories=/tmp \
    -c shared_buffers=128MB \
    -c dynamic_shared_memory_type=posix
