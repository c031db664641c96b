//! What `--help` and a wrong command line print, in the layout of optparse.

/// How the program is called, and its commands.
pub(in super::super) const USAGE: &str = "\
Usage: elbadmin [options] [command]
Commands:
    list|ls                       All load balancers of the region
    get       <name>              Show a load balancer and its instances
    create    <name>              Make one, of all -l in all -z
    delete    <name>              Remove one
    add|put   <name> <ids>        Register instances
    remove|rm <name> <ids>        Deregister instances
    reap      <name>              Deregister the instances that have ended
    enable|en <name> <zone>       Send requests to a zone
    disable   <name> <zone>       Send no more requests to a zone
    addl      <name>              Add the listeners of all -l
    rml       <name> <ports>      Remove the listeners on these ports
";

/// What follows it where help is asked for.
pub(in super::super) const OPTIONS: &str = "
Options:
  --version             print the version and exit
  -h, --help            print this help and exit
  -z ZONE, --zone=ZONE  a zone of a new load balancer; more than once for more
  -l LISTENER, --listener=LISTENER
                        in,out,proto[,cert]: the port, the port on the
                        instances, http, https, tcp or ssl, and for https and
                        ssl a certificate's ARN; more than once for more
  -r REGION, --region=REGION
                        the region to ask
";
