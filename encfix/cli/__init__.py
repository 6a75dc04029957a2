"""The command: one file a subcommand, and the way of files through a run of `check` and `clean`.

Files that `arguments` name go through `cleaning`, in groups; what was done to their documents is put in its place in
the file by `placing`, which makes an `outcomes` of each; `processing` writes and shows it, `recording` and `journal`
put it on record, in several processes if `parallel` is asked for. What people read comes from `summary`, `printing`,
`quoting` and `diff`; `replaying` is what `apply` and `undo` share.

Exit codes: 0 clean or done, 1 damage found and left (`check`, dry run, `--diff`), 2 usage error or a file failed.
"""
