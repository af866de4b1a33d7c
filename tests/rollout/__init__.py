"""A rollout that drops nothing: the suite in replicas, restarted one after another while calls keep coming."""
