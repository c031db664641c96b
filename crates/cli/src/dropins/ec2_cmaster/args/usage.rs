//! What `-h` and a wrong command line print.

/// How the program is called.
pub(in super::super) const USAGE: &str = "\
usage: ec2-cmaster [-c COMMAND] [-w FACT]... [-n FACT]... [-t SECONDS]
                   [-p PARAMETERS] [-q PREFIX] [-m] [-l PATH] [-h]

Sends a command to the agents of an environment (ec2-cagent) and prints what
they answer. Without -c they only say that they are there.

options:
  -c, --command COMMAND    a shell command; file://PATH: the script in this
                           file; s3://BUCKET/KEY: a script in S3
  -w, --wf, --wc FACT      only agents with this fact: KEY=VALUE or KEY; of
                           several, all must hold
  -n, --wof FACT           no agents with this fact: KEY=VALUE or KEY
  -t, --timeout SECONDS    how long answers are waited for
                           (default: cmd_timeout of the configuration, or 10)
  -p, --script-parameters PARAMETERS
                           what the script is called with, in one argument
  -q, --sqs-queue-prefix PREFIX
                           the environment (default: default_queue_name of the
                           configuration)
  -m, --monitor            print only how many agents answer
  -l, --logfile PATH       write what is printed also to this file
  -h, --help               print this help and exit

The configuration is /etc/ec2_collective/ec2-cmaster.json.
";
