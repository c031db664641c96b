# Makes the calls of requests.rs, in the same order, by boto3.
import os

import boto3
from botocore.config import Config

elb = boto3.client("elb", config=Config(retries={"max_attempts": 0}))
web = {"LoadBalancerName": "web"}


def listener(protocol, port, instance_port, **rest):
    return {"Protocol": protocol, "LoadBalancerPort": port, "InstancePort": instance_port, **rest}


def instances(*ids):
    return [{"InstanceId": id} for id in ids]


def attributes(*pairs):
    return [{"AttributeName": name, "AttributeValue": value} for name, value in pairs]


elb.create_load_balancer(
    **web,
    Listeners=[
        listener("HTTP", 80, 8080),
        listener(
            "HTTPS", 443, 80, InstanceProtocol="HTTP", SSLCertificateId="arn:aws:acm:eu-west-1:1:certificate/a"
        ),
        listener("TCP", 25, 25, InstanceProtocol="SSL"),
    ],
    AvailabilityZones=["eu-west-1a", "eu-west-1b"],
)
elb.create_load_balancer(
    **web,
    Listeners=[listener("TCP", 22, 22)],
    Subnets=["subnet-1", "subnet-2"],
    SecurityGroups=["sg-1"],
    Scheme="internal",
    Tags=[{"Key": "Name", "Value": "a b=c+dü"}, {"Key": "empty", "Value": ""}],
)
elb.describe_load_balancers()
elb.describe_load_balancers(PageSize=400)
elb.describe_load_balancers(LoadBalancerNames=["a", "b"])
elb.delete_load_balancer(**web)
elb.describe_account_limits()

elb.create_load_balancer_listeners(
    **web, Listeners=[listener("HTTP", 81, 8081), listener("SSL", 444, 80, SSLCertificateId="arn:x")]
)
elb.delete_load_balancer_listeners(**web, LoadBalancerPorts=[81, 444])
elb.set_load_balancer_listener_ssl_certificate(
    **web, LoadBalancerPort=443, SSLCertificateId=os.environ["CERTIFICATE"]
)
elb.configure_health_check(
    **web,
    HealthCheck={
        "Target": "HTTP:8080/health?a=b&c=d e",
        "Interval": 20,
        "Timeout": 5,
        "UnhealthyThreshold": 5,
        "HealthyThreshold": 3,
    },
)

elb.register_instances_with_load_balancer(**web, Instances=instances("i-1", "i-2"))
elb.deregister_instances_from_load_balancer(**web, Instances=instances("i-1"))
elb.describe_instance_health(**web)
elb.describe_instance_health(**web, Instances=instances("i-1", "i-2"))
elb.enable_availability_zones_for_load_balancer(**web, AvailabilityZones=["eu-west-1c"])
elb.disable_availability_zones_for_load_balancer(**web, AvailabilityZones=["eu-west-1a", "eu-west-1b"])
elb.attach_load_balancer_to_subnets(**web, Subnets=["subnet-3"])
elb.detach_load_balancer_from_subnets(**web, Subnets=["subnet-1", "subnet-2"])
elb.apply_security_groups_to_load_balancer(**web, SecurityGroups=["sg-1", "sg-2"])

elb.modify_load_balancer_attributes(
    **web,
    LoadBalancerAttributes={
        "CrossZoneLoadBalancing": {"Enabled": True},
        "AccessLog": {"Enabled": True, "S3BucketName": "logs", "S3BucketPrefix": "web/1", "EmitInterval": 5},
        "ConnectionDraining": {"Enabled": True, "Timeout": 300},
        "ConnectionSettings": {"IdleTimeout": 4000},
        "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "monitor"}],
    },
)
elb.modify_load_balancer_attributes(
    **web,
    LoadBalancerAttributes={
        "CrossZoneLoadBalancing": {"Enabled": False},
        "AccessLog": {"Enabled": False},
        "ConnectionDraining": {"Enabled": False},
    },
)
elb.describe_load_balancer_attributes(**web)

elb.create_app_cookie_stickiness_policy(**web, PolicyName="app", CookieName="JSESSIONID")
elb.create_lb_cookie_stickiness_policy(**web, PolicyName="lb", CookieExpirationPeriod=600)
elb.create_lb_cookie_stickiness_policy(**web, PolicyName="browser")
elb.create_load_balancer_policy(
    **web,
    PolicyName="tls",
    PolicyTypeName="SSLNegotiationPolicyType",
    PolicyAttributes=attributes(("Protocol-TLSv1.2", "true"), ("Reference", "")),
)
elb.create_load_balancer_policy(**web, PolicyName="bare", PolicyTypeName="SomeType")
elb.set_load_balancer_policies_of_listener(**web, LoadBalancerPort=443, PolicyNames=["tls", "lb"])
elb.set_load_balancer_policies_of_listener(**web, LoadBalancerPort=443, PolicyNames=[])
elb.set_load_balancer_policies_for_backend_server(**web, InstancePort=8080, PolicyNames=["proxy"])
elb.set_load_balancer_policies_for_backend_server(**web, InstancePort=8080, PolicyNames=[])
elb.delete_load_balancer_policy(**web, PolicyName="tls")
elb.describe_load_balancer_policies(**web)
elb.describe_load_balancer_policies(**web, PolicyNames=["tls"])
elb.describe_load_balancer_policies()
elb.describe_load_balancer_policies(PolicyNames=["ELBSample-x"])
elb.describe_load_balancer_policy_types()
elb.describe_load_balancer_policy_types(PolicyTypeNames=["ProxyProtocolPolicyType"])

elb.add_tags(LoadBalancerNames=["web"], Tags=[{"Key": "Name", "Value": "web 1"}, {"Key": "empty", "Value": ""}])
elb.remove_tags(LoadBalancerNames=["web"], Tags=[{"Key": "Name"}, {"Key": "a=b"}])
elb.describe_tags(LoadBalancerNames=["web", "other"])
