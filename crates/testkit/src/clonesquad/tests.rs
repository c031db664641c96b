use super::*;
use crate::moto::run_boto;

/// Signs with botocore: what it takes for right must be right for the fake.
const ASK: &str = "
import boto3, json, os, urllib.request, urllib.error
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
session = boto3.Session(os.environ['KEY'], os.environ['SECRET'], os.environ['TOKEN'], 'eu-west-1')

def get(path, service='execute-api', region='eu-west-1', spoil=None, api=os.environ['API']):
    request = AWSRequest('GET', os.environ['URL'] + path, headers={'x-apigw-api-id': api})
    SigV4Auth(session.get_credentials(), service, region).add_auth(request)
    headers = dict(request.headers)
    if spoil:
        headers[spoil[0]] = spoil[1]
    try:
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=headers)) as answer:
            return [answer.status, json.load(answer)]
    except urllib.error.HTTPError as error:
        return [error.code, error.headers['x-amzn-errortype'].split(':')[0]]

def invoke(arn=os.environ['FUNCTION']):
    client = session.client('lambda', endpoint_url=os.environ['URL'], config=Config(retries={'total_max_attempts': 1}))
    try:
        return json.load(client.invoke(FunctionName=arn, InvocationType='RequestResponse', Payload=b'')['Payload'])
    except client.exceptions.ClientError as error:
        return error.response['Error']['Code']
";

fn boto(fake: &FakeCloneSquad, secret: &str, expression: &str) -> Value {
    let script = format!("{ASK}\nprint(json.dumps({expression}))\n");
    let url = fake.url();
    let variables = [
        ("URL", url.as_str()),
        ("KEY", ACCESS_KEY),
        ("SECRET", secret),
        ("TOKEN", SESSION_TOKEN),
        ("API", API),
        ("FUNCTION", FUNCTION),
    ];
    serde_json::from_str(&run_boto(&url, &script, &variables)).unwrap()
}

#[test]
fn botocores_signatures_are_right() {
    let fake = FakeCloneSquad::start();
    fake.set_state("draining");
    let answers = boto(&fake, SECRET_KEY, "[get('/v1/metadata'), invoke()]");
    assert_eq!((&answers[0][0], &answers[0][1]["State"]), (&json!(200), &json!("draining")), "{:?}", fake.refused());
    assert_eq!(answers[1]["InteractApi"], API, "{:?}", fake.refused());
    assert_eq!((fake.calls(Step::Discovery), fake.calls(Step::Metadata)), (1, 1));
}

#[test]
fn what_is_signed_wrongly_is_refused() {
    let fake = FakeCloneSquad::start();
    let answers = boto(
        &fake,
        SECRET_KEY,
        "[get('/v1/metadata', service='lambda'), get('/v1/metadata', region='us-east-1'), get('/v1/metadata', api='x'), \
          get('/v1/metadata', spoil=('X-Amz-Date', '20200101T000000Z')), get('/v1/metadata', spoil=('x-apigw-api-id', 'y')), \
          get('/v1//metadata'), get('/metadata')]",
    );
    for (place, answer) in answers.as_array().unwrap().iter().enumerate() {
        assert_eq!(*answer, json!([403, "ForbiddenException"]), "request {place}");
    }
    let wrong_secret = boto(&fake, "wrong", "[get('/v1/metadata'), invoke()]");
    assert_eq!(wrong_secret, json!([[403, "ForbiddenException"], "AccessDeniedException"]));
    let unknown = boto(&fake, SECRET_KEY, "invoke(os.environ['FUNCTION'] + 'x')");
    assert_eq!(unknown, "ResourceNotFoundException");
}

#[test]
fn goes_wrong_as_told_and_recovers() {
    let fake = FakeCloneSquad::start();
    fake.misbehave(Step::Metadata, Some(Fault::Answer(500, "Internal".to_owned())));
    fake.misbehave(Step::Discovery, Some(Fault::Throttled));
    let answers = boto(&fake, SECRET_KEY, "invoke()");
    assert_eq!(answers, "TooManyRequestsException");
    fake.misbehave(Step::Discovery, None);
    fake.misbehave(Step::Metadata, None);
    let answers = boto(&fake, SECRET_KEY, "[get('/v1/metadata')[0], invoke()['InteractApi']]");
    assert_eq!(answers, json!([200, API]));
}
