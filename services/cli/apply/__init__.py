"""`understudy apply`: collections, environments and mocks as files say, created or updated where they are not so yet.

directory.py    which files there are, and what is in them
manifest.py     the mocks that a manifest lists
contents.py     what the files hold, thing by thing
plan.py         what differs between a thing and how it is wanted
applying.py     making it so
report.py       what became of each thing, for people and for programs
command.py      the command, once or for as long as it runs
"""
