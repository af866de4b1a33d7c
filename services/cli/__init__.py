"""The understudy command."""

import os

# Must be there before gRPC is imported. `up` starts PostgreSQL and edge workers by fork and exec, so that nothing of
# gRPC lives on in them, and gRPC would say at each of them that it does not handle the fork.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
