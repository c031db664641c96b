# Prints the actions of the API for which moto has no function.
import boto3
from botocore import xform_name
from moto.elb.responses import ELBResponse

actions = boto3.client("elb").meta.service_model.operation_names
print(",".join(sorted(action for action in actions if not hasattr(ELBResponse, xform_name(action)))))
