//! What `--help` and a wrong command line print.

/// How the program is called.
pub(in super::super) const USAGE: &str = "\
usage: cs-instance-watcher [-h] [--api-polling-period S]
                           [--on-draining-block-new-connections-to-ports P [P ...]]
                           [--config FILE] [--script-dir DIR]
                           [--instance-state STATE] [--stale-context-timeout S]
                           [--force [BOOL]] [--log-file PATH]
                           [--log-file-rotate UNIT,INTERVAL,COUNT]
                           [--generate-systemd PATH]
                           [--do-not-generate-systemd [BOOL]]
";

/// What follows it where help is asked for.
pub(in super::super) const HELP: &str = "
Watches the state that CloneSquad gives this EC2 instance, refuses new TCP
connections while it is draining or stopping, and runs scripts on a change.

options:
  -h, --help            show this help and exit
  --api-polling-period S
                        seconds from one question for the state to the next,
                        1 to 60 (default: 10)
  --on-draining-block-new-connections-to-ports P [P ...]
                        TCP ports where new connections are refused while the
                        instance is draining, stopping or excluded
                        (default: none)
  --config FILE         JSON file with the same options, their names with
                        underscores (default: /etc/cs-instance-watcher.json)
  --script-dir DIR      the scripts in DIR/STATE are run when the state
                        becomes STATE (default: /etc/cs-instance-watcher.d/)
  --instance-state STATE
                        decide by this state whether ports are blocked, not
                        by that of the instance
  --stale-context-timeout S
                        seconds until tags and the place of the API are
                        looked up again (default: 300)
  --force [BOOL]        block ports even where the fleet has target groups
  --log-file PATH       log to this file (default: standard error)
  --log-file-rotate UNIT,INTERVAL,COUNT
                        put the log file aside every INTERVAL units (S, M, H,
                        D, MIDNIGHT, W0 to W6) and keep COUNT of them
                        (default: d,1,7)
  --generate-systemd PATH
                        write a systemd unit that runs this command line,
                        and exit
  --do-not-generate-systemd [BOOL]
                        run even where --generate-systemd is given

Options may be shortened as long as it is clear which one is meant. Those on
the command line come before those of the configuration file.
";
