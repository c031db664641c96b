# Functions that make things in moto's AWS. fixtures.rs calls them with JSON and reads the JSON they return.
import json

import boto3


def run_instances(region, count, tags):
    ec2 = boto3.client("ec2", region_name=region)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wanted = {"ImageId": image, "MinCount": count, "MaxCount": count, "InstanceType": "t3.micro"}
    if tags:
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        wanted["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tags}]
    return [instance["InstanceId"] for instance in ec2.run_instances(**wanted)["Instances"]]


def stop_instances(region, instances):
    boto3.client("ec2", region_name=region).stop_instances(InstanceIds=instances)


def create_load_balancer(region, name, instances):
    elb = boto3.client("elb", region_name=region)
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 8080}
    elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=[region + "a"])
    if instances:
        instances = [{"InstanceId": instance} for instance in instances]
        elb.register_instances_with_load_balancer(LoadBalancerName=name, Instances=instances)


def create_target_group(region, name, target_type, targets):
    elbv2 = boto3.client("elbv2", region_name=region)
    subnets = default_subnets(region)
    group = elbv2.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType=target_type
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = elbv2.create_load_balancer(Name=name, Subnets=[subnet["SubnetId"] for subnet in subnets])
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    if targets:
        targets = [{"Id": id} if port is None else {"Id": id, "Port": port} for id, port in targets]
        elbv2.register_targets(TargetGroupArn=group, Targets=targets)
    return group


def create_asg(region, name, size):
    autoscaling = boto3.client("autoscaling", region_name=region)
    image = boto3.client("ec2", region_name=region).describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId=image, InstanceType="t3.micro"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=name,
        MinSize=0,
        MaxSize=max(size, 1),
        DesiredCapacity=size,
        VPCZoneIdentifier=default_subnets(region)[0]["SubnetId"],
    )
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    return [instance["InstanceId"] for instance in group["Instances"]]


def default_subnets(region):
    ec2 = boto3.client("ec2", region_name=region)
    return ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][:2]
