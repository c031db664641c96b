# What boto3 sees in moto's AWS. mod.rs calls these functions with JSON and reads the JSON they return.
import json
import os

import boto3


def elb(region):
    return boto3.client("elb", region_name=region)


def describe(region, name):
    return elb(region).describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]


def names(region):
    pages = elb(region).get_paginator("describe_load_balancers").paginate()
    return [balancer["LoadBalancerName"] for page in pages for balancer in page["LoadBalancerDescriptions"]]


def attributes(region, name):
    return elb(region).describe_load_balancer_attributes(LoadBalancerName=name)["LoadBalancerAttributes"]


def policies(region, name):
    return elb(region).describe_load_balancer_policies(LoadBalancerName=name)["PolicyDescriptions"]


def tags(region, name):
    described = elb(region).describe_tags(LoadBalancerNames=[name])["TagDescriptions"][0]["Tags"]
    return {tag["Key"]: tag["Value"] for tag in described}


def health(region, name):
    states = elb(region).describe_instance_health(LoadBalancerName=name)["InstanceStates"]
    return {state["InstanceId"]: state["State"] for state in states}


def regions():
    return sorted(region["RegionName"] for region in boto3.client("ec2").describe_regions()["Regions"])


def create_many(region, count):
    client = elb(region)
    group = network(region)["groups"][0]
    listener = {"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 8080}
    for number in range(count):
        name = f"many-{number:03}"
        client.create_load_balancer(
            LoadBalancerName=name, Listeners=[listener], AvailabilityZones=[region + "a"], SecurityGroups=[group]
        )
    return count


def network(region):
    """The subnets of the default VPC by zone, and two security groups of it."""
    ec2 = boto3.client("ec2", region_name=region)
    subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    vpc = subnets[0]["VpcId"]
    names = {group["GroupName"]: group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]}
    for name in ["one", "two"]:
        if name not in names:
            names[name] = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    return {
        "vpc": vpc,
        "subnets": {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets},
        "groups": [names["one"], names["two"]],
    }
