//! `bellwether iam`: the least an IAM role must allow.

mod environment;

use bellwether_aws::{
    Grant, balancer_change_permissions, balancer_grants, balancer_permissions, clonesquad_permissions,
    drain_permissions, elbadmin_change_permissions, elbadmin_permissions, permissions, policy, store_permissions,
    target_group_change_permissions, target_group_permissions, watch_permissions,
};
use bellwether_core::names::NodeId;
use bellwether_core::roster::GroupRef;
use clap::{Args, ValueEnum};

use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::store::StoreRef;
use crate::wiring::transport::TransportRef;
use environment::{Role, Where};

/// Print the minimal IAM policy a command needs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether iam once --group elb:web\n  bellwether iam once --group asg:web --store dynamodb:claims\n  bellwether iam clustercron\n  bellwether iam cs-instance-watcher\n  bellwether iam lb --drain\n  bellwether iam lb --change --group elb:web --group alb:api\n  bellwether iam agent --environment production\n  aws iam put-role-policy --role-name web --policy-name bellwether --policy-document \"$(bellwether iam once --group asg:web)\""
)]
pub(crate) struct IamArgs {
    /// What the policy is for
    #[arg(value_enum)]
    command: Purpose,

    /// The group that will be used; for lb, a load balancer or target group that may be changed. May be repeated
    /// [default: any kind of group]
    #[arg(long, value_name = "G")]
    group: Vec<GroupRef>,

    /// The store that will be used; a DynamoDB table needs permissions of its own
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,

    /// lb, elbadmin: allow also what changes need, for lb also those of tg
    #[arg(long, conflicts_with = "drain")]
    change: bool,

    /// lb: allow what drain and undrain need, and nothing else
    #[arg(long)]
    drain: bool,

    /// agent, exec, env, ec2-cagent, ec2-cmaster: the environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,

    /// agent, exec: what carries the messages [default: sqs:]
    #[arg(long, value_name = "URL")]
    transport: Option<TransportRef>,

    /// agent: the node that it serves; the policy is then for its queue and its entry alone [default: any node]
    #[arg(long, value_name = "ID")]
    node: Option<NodeId>,

    /// agent: allow also what --clean needs
    #[arg(long)]
    clean: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Purpose {
    /// bellwether once, leader and roster
    Once,
    /// The drop-in clustercron
    Clustercron,
    /// bellwether watch, with every source and reaction
    Watch,
    /// The drop-in cs-instance-watcher
    CsInstanceWatcher,
    /// bellwether lb and tg
    Lb,
    /// The drop-in elbadmin
    Elbadmin,
    /// bellwether agent
    Agent,
    /// bellwether exec, ping, facts and results
    Exec,
    /// bellwether env
    Env,
    /// The drop-in ec2-cagent
    #[value(name = "ec2-cagent")]
    Ec2Cagent,
    /// The drop-in ec2-cmaster
    #[value(name = "ec2-cmaster")]
    Ec2Cmaster,
}

impl Purpose {
    /// The role in an environment; none for what has no environments.
    const fn role(self) -> Option<Role> {
        match self {
            Self::Agent => Some(Role::Agent),
            Self::Exec => Some(Role::Exec),
            Self::Env => Some(Role::Env),
            Self::Ec2Cagent => Some(Role::Ec2Cagent),
            Self::Ec2Cmaster => Some(Role::Ec2Cmaster),
            _ => None,
        }
    }
}

pub(crate) fn run(args: &IamArgs, context: Context) -> Result<u8, Failure> {
    let grants = match args.command {
        purpose if purpose.role().is_none() && args.names_an_environment() => {
            return Err(Failure::usage(
                "--environment, --transport, --node and --clean are for agents and callers alone",
            )
            .remedy("leave them out, or ask for agent, exec, env, ec2-cagent or ec2-cmaster"));
        }
        purpose if args.node.is_some() && purpose != Purpose::Agent => {
            return Err(Failure::usage("--node is for 'iam agent' alone").remedy("leave it out"));
        }
        Purpose::Lb => balancers(args, &balancer_actions(args))?,
        Purpose::Elbadmin if !args.drain => balancers(args, &elbadmin_actions(args))?,
        _ if args.drain => return Err(Failure::usage("--drain is for 'iam lb' alone")),
        _ if args.change => return Err(Failure::usage("--change is for 'iam lb' and 'iam elbadmin' alone")),
        purpose => match purpose.role() {
            Some(role) => environment::grants(role, &args.place(), &context)?,
            None => members(purpose, args),
        },
    };
    if grants.iter().all(|grant| grant.actions.is_empty()) {
        context.console.notice("nothing needs to be allowed: AWS is not asked");
        return Ok(exit_status::OK);
    }
    context.console.result(&format!("{:#}\n", policy(&grants)))?;
    Ok(exit_status::OK)
}

impl IamArgs {
    fn names_an_environment(&self) -> bool {
        self.environment.is_some() || self.transport.is_some() || self.node.is_some() || self.clean
    }

    fn place(&self) -> Where<'_> {
        let (environment, transport) = (self.environment.as_deref(), self.transport.as_ref());
        Where { environment, transport, node: self.node.as_ref(), clean: self.clean }
    }
}

/// For what asks who is in a group, and keeps claims.
fn members(purpose: Purpose, args: &IamArgs) -> Vec<Grant> {
    let any = |kinds: &[&str]| kinds.iter().filter_map(|kind| kind.parse().ok()).collect::<Vec<GroupRef>>();
    let groups = match purpose {
        _ if !args.group.is_empty() => args.group.clone(),
        Purpose::Once => any(&["elb:x", "alb:x", "asg:x", "tag:x=y"]),
        Purpose::Clustercron => any(&["elb:x", "alb:x"]),
        _ => Vec::new(),
    };
    let mut grants = vec![Grant::anywhere(groups.iter().flat_map(|group| permissions(group)).copied())];
    if let Some(StoreRef::DynamoDb(table)) = &args.store {
        grants.push(Grant::on_table(store_permissions().iter().copied(), table, None, None));
    }
    match purpose {
        Purpose::Watch => grants.extend(watch_permissions()),
        Purpose::CsInstanceWatcher => grants.extend(clonesquad_permissions()),
        _ => {}
    }
    grants
}

/// For what looks at load balancers and target groups, changes them, or drains nodes.
fn balancers(args: &IamArgs, actions: &[&'static str]) -> Result<Vec<Grant>, Failure> {
    if let Some(other) = args.group.iter().find(|group| !matches!(group, GroupRef::Elb(_) | GroupRef::Alb(_))) {
        return Err(Failure::usage(format!("{other} is no load balancer and no target group"))
            .remedy("name elb:NAME or alb:NAME-OR-ARN"));
    }
    Ok(balancer_grants(actions, &args.group))
}

fn balancer_actions(args: &IamArgs) -> Vec<&'static str> {
    let mut actions = match args.drain {
        true => drain_permissions().to_vec(),
        false => [balancer_permissions(), target_group_permissions()].concat(),
    };
    if args.change {
        actions.extend(balancer_change_permissions());
        actions.extend(target_group_change_permissions());
    }
    actions
}

fn elbadmin_actions(args: &IamArgs) -> Vec<&'static str> {
    let changes = if args.change { elbadmin_change_permissions() } else { &[] };
    [elbadmin_permissions(), changes].concat()
}
