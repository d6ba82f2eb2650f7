"""The documentation as a site that works without a network: `python -m documentation` builds it.

The pages are those of docs/, which read well as files, too. Others are generated: the options from
conf/ and from the classes that it names, the functions from docstrings, the commands from their
help. So nothing is written twice.
"""
