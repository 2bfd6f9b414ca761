"""Serves moto on a free loopback port, prints the port, and ends when its standard input does: with whoever started it."""

import copy
import datetime
import functools
import gc
import http.client
import importlib
import io
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
import types
import urllib.parse
import xml.etree.ElementTree
import uuid
from collections import defaultdict, deque

# Before moto is loaded: the thousands of images that it gives each region of each account are nobody's here, and making them took
# six times as long as all else that a region has.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# No page of a browser asks.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

import backup_jobs
import stacks
import moto.acm.models
import moto.backends
import moto.ce.models
import moto.ecr.models
import moto.core.responses
import moto.core.serialize
import moto.dynamodb.models.table
import moto.iam.models
import moto.route53.models
import moto.secretsmanager.models
import moto.ssm.models
from boto3.session import Session
from botocore.exceptions import ClientError
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.serialize import JSONSerializer
from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import AmiBackend
from moto.ec2.models.elastic_block_store import EBSBackend, Volume
from moto.ec2.models.instances import Instance
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.vpcs import VPCEndPoint
from moto.core.responses import ActionResult
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.elasticache.models import CacheCluster
from moto.elbv2.models import FakeLoadBalancer
from moto.rds.models import DBCluster, DBInstance, Event, RDSBackend
from moto.redshift.models import Cluster as RedshiftCluster
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server


# What moto works out anew for each request, and never changes while it runs: the folders that it has, the methods of a
# class, the regions of a service. A quarter of a request's time was that.
folders = tuple(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: folders
moto.core.responses.method_names_from_class = functools.cache(moto.core.responses.method_names_from_class)
Session.get_available_regions = functools.cache(Session.get_available_regions)


def remembering(search):
    # moto looks through all accounts for each request, and tests open hundreds: of the 200th a request took twice as long as
    # of the first. A key stays with its account until it is deleted; one that nobody has had is never made later.
    accounts = {}
    nobodys = set()

    def has(account, key):
        return any(key in backend.access_keys for backend in list(moto.iam.models.iam_backends[account].values()))

    def account_of(key):
        if key in nobodys:
            return moto.iam.models.DEFAULT_ACCOUNT_ID
        account = accounts.get(key)
        if account not in moto.iam.models.iam_backends or not has(account, key):
            account = accounts[key] = search(key)
            if not has(account, key):
                nobodys.add(key)
        return account

    return account_of


get_account_id_from = remembering(moto.iam.models.get_account_id_from)
moto.iam.models.get_account_id_from = get_account_id_from

dispatcher = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


# What was called, for CloudTrail's LookupEvents, which moto does not have. The newest first.
history = deque(maxlen=50_000)
no_management_event = re.compile(
    r"^(Describe|Get|List|Lookup|Batch|Query|Scan|Head|Search|Transact|Send|Receive|Publish|Assume|Invoke|DeleteMessage)"
    r"|^(Put|Update|Delete)Item$|^Put(Events|MetricData|LogEvents)$"
)
signed = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
changing_node_group = re.compile(r"^/clusters/([^/]+)/node-groups/([^/]+)/update-config$")
changing_records = re.compile(r"^/2013-04-01/hostedzone/([^/]+)/rrset/?$")
standing_for = re.compile(r"\bapp/([\w+=,.@-]+)")


def as_told(element):
    """XML as CloudTrail tells it: names begin small, what is called `…s` or `…Batch` holds others."""
    if not len(element):
        return element.text or ""
    names = [child.tag.rpartition("}")[2] for child in element]
    if len(set(names)) == 1 and element.tag.rpartition("}")[2] == names[0] + "s":
        return [as_told(child) for child in element]
    return {name[0].lower() + name[1:]: as_told(child) for name, child in zip(names, element)}


def change_of_records(environ, body):
    """Route 53 says by its path what is meant."""
    path = changing_records.match(environ.get("PATH_INFO", ""))
    if not path or environ["REQUEST_METHOD"] != "POST":
        return None
    return "ChangeResourceRecordSets", {"hostedZoneId": path[1], **as_told(xml.etree.ElementTree.fromstring(body))}


def change_of_node_group(environ, body):
    """As does EKS, which calls a cluster `name`."""
    path = changing_node_group.match(environ.get("PATH_INFO", ""))
    if not path or environ["REQUEST_METHOD"] != "POST":
        return None
    return "UpdateNodegroupConfig", {"name": path[1], "nodegroupName": path[2], **json.loads(body)}


changes_by_path = {"route53": change_of_records, "eks": change_of_node_group}


def called(environ, body):
    """What a signed request asks for, as an event tells it; nothing where it is another."""
    credential = signed.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not credential:
        return None
    key, region, service = credential.groups()
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    try:
        change = changes_by_path[service](environ, body) if service in changes_by_path else None
        if change:
            name, asked = change
        elif target:
            name, asked = target.rsplit(".", 1)[-1], json.loads(body)
        else:
            asked = {field: values[0] for field, values in urllib.parse.parse_qs(body.decode()).items()}
            name = asked.pop("Action", "")
    except ValueError:
        return None
    account = get_account_id_from(key)
    # Functions that run here share their credentials: which role one stands for is said by its user agent.
    agent = f"{environ.get('HTTP_X_AMZ_USER_AGENT', '')} {environ.get('HTTP_USER_AGENT', '')}"
    role = standing_for.search(agent)
    return {
        "eventName": name,
        "eventSource": f"{service}.amazonaws.com",
        "awsRegion": "us-east-1" if service == "route53" else region,
        "recipientAccountId": account,
        "userIdentity": {
            "type": "AssumedRole",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role.group(1) if role else 'nobody'}"}
            },
        },
        "requestParameters": asked,
    }


def remember(event):
    now = time.gmtime()
    history.appendleft({**event, "eventID": f"embedded-{time.time_ns()}", "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", now)})


def looked_up(asked):
    """One page of the history. Times are not compared: nights and tests go by a clock of their own."""
    given = asked["requestParameters"]
    names = [each["AttributeValue"] for each in given.get("LookupAttributes", []) if each["AttributeKey"] == "EventName"]
    fits = [
        event
        for event in list(history)
        if event["recipientAccountId"] == asked["recipientAccountId"]
        and event["awsRegion"] == asked["awsRegion"]
        and (not names or event["eventName"] in names)
    ]
    start, size = int(given.get("NextToken", "0")), int(given.get("MaxResults", 50))
    events = [
        {"EventId": event["eventID"], "EventName": event["eventName"], "CloudTrailEvent": json.dumps(event)}
        for event in fits[start : start + size]
    ]
    more = {"NextToken": str(start + size)} if len(fits) > start + size else {}
    return json.dumps({"Events": events, **more}).encode()


# Locks of snapshots, which moto does not have: which are locked, by account and region.
locked = defaultdict(dict)


def lock_snapshot(call):
    place, asked = (call["recipientAccountId"], call["awsRegion"]), call["requestParameters"]
    locked[place][asked["SnapshotId"]] = asked["LockMode"]
    return ec2_answer("LockSnapshot", f"<snapshotId>{asked['SnapshotId']}</snapshotId><lockState>{asked['LockMode']}</lockState>")


def locked_snapshots(call):
    """All of a region: nobody asks for some of them."""
    found = locked[(call["recipientAccountId"], call["awsRegion"])].items()
    items = "".join(f"<item><snapshotId>{id}</snapshotId><lockState>{mode}</lockState></item>" for id, mode in found)
    return ec2_answer("DescribeLockedSnapshots", f"<snapshotSet>{items}</snapshotSet>")


def ec2_answer(operation, inner):
    return f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>embedded</requestId>{inner}</{operation}Response>'.encode()


# Where volumes of snapshots are quick at once, which moto does not have either.
quick = defaultdict(list)


def enable_fast_restores(call):
    asked = call["requestParameters"]
    id, zone = asked["SourceSnapshotId.1"], asked["AvailabilityZone.1"]
    quick[(call["recipientAccountId"], call["awsRegion"])].append((id, zone))
    return ec2_answer("EnableFastSnapshotRestores", "<successful/><unsuccessful/>")


def fast_restores(call):
    found = quick[(call["recipientAccountId"], call["awsRegion"])]
    of = "<item><snapshotId>{}</snapshotId><availabilityZone>{}</availabilityZone><state>enabled</state></item>"
    items = "".join(of.format(id, zone) for id, zone in found)
    return ec2_answer("DescribeFastSnapshotRestores", f"<fastSnapshotRestoreSet>{items}</fastSnapshotRestoreSet>")


# The Recycle Bin, which moto does not have: here a retention rule keeps snapshots and images that carry the tag `recycle`.
recycled = {}
recycled_amis = {}


def is_kept(thing):
    return any(tag["key"] == "recycle" for tag in thing.get_tags())


def kept_by_rule(delete_snapshot):
    def deleted(self, snapshot_id):
        snapshot = self.snapshots.get(snapshot_id)
        answer = delete_snapshot(self, snapshot_id)
        if snapshot and is_kept(snapshot):
            recycled[snapshot_id] = (self, snapshot)
        return answer

    return deleted


def restored_snapshot(call):
    """Of one that no rule has kept nothing: moto says then that it knows no such call."""
    id = call["requestParameters"]["SnapshotId"]
    if id not in recycled:
        return None
    backend, snapshot = recycled.pop(id)
    backend.snapshots[id] = snapshot
    return ec2_answer("RestoreSnapshotFromRecycleBin", f"<snapshotId>{id}</snapshotId>")


def recycled_images(call):
    """Of the region, or those that are asked for."""
    asked = [value for name, value in call["requestParameters"].items() if name.startswith("ImageId.")]
    place = (call["recipientAccountId"], call["awsRegion"])
    exit_time = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    of = "<item><imageId>{}</imageId><recycleBinExitTime>{}</recycleBinExitTime></item>"
    items = "".join(
        of.format(id, exit_time)
        for id, (backend, _) in recycled_amis.items()
        if (backend.account_id, backend.region_name) == place and (not asked or id in asked)
    )
    return ec2_answer("ListImagesInRecycleBin", f"<imageSet>{items}</imageSet>")


def with_its_snapshot(deregister):
    # moto keeps the snapshot, whatever it is asked, and has no bin.
    def deregistered(self):
        id = self._get_param("ImageId")
        image = self.ec2_backend.amis.get(id)
        answer = deregister(self)
        if image and is_kept(image):
            recycled_amis[id] = (self.ec2_backend, image)
        if not image or self._get_param("DeleteAssociatedSnapshots") not in [True, "true"]:
            return answer
        self.ec2_backend.delete_snapshot(image.ebs_snapshot.id)
        return ActionResult({"Return": True, "DeleteSnapshotResults": [{"SnapshotId": image.ebs_snapshot.id, "ReturnCode": "success"}]})

    return deregistered


def restored_image(call):
    """As AWS has it: only where its snapshot is there."""
    id = call["requestParameters"]["ImageId"]
    if id not in recycled_amis:
        return None
    backend, image = recycled_amis[id]
    if image.ebs_snapshot.id not in backend.snapshots:
        return None
    del recycled_amis[id]
    backend.deleted_amis.remove(id)
    backend.amis[id] = image
    return ec2_answer("RestoreImageFromRecycleBin", "<return>true</return>")


def image_references(call):
    # moto has no Image Builder: here a recipe names each image that carries the tag `recipe`.
    account, region = call["recipientAccountId"], call["awsRegion"]
    asked = [value for name, value in call["requestParameters"].items() if name.startswith("ImageId.")]
    amis = moto.backends.get_backend("ec2")[account][region].amis
    of = "<item><imageId>{}</imageId><resourceType>imagebuilder:ImageRecipe</resourceType><arn>arn:aws:imagebuilder:{}:{}:image-recipe/web/1.0.0</arn></item>"
    named = [id for id in asked if id in amis and any(tag["key"] == "recipe" for tag in amis[id].get_tags())]
    items = "".join(of.format(id, region, account) for id in named)
    return ec2_answer("DescribeImageReferences", f"<imageReferenceSet>{items}</imageReferenceSet>")


def no_longer_shared(disable_image):
    # As AWS has it, and moto does not.
    def disabled(self, ami_id):
        disable_image(self, ami_id)
        self.amis[ami_id].launch_permissions.clear()

    return disabled


class NameTaken(EC2ClientError):
    code = "InvalidAMIName.Duplicate"


def as_ec2_makes_images(create_image):
    """With tags of their snapshots, and no name twice. What becomes of one says the tag `image-becomes` of its instance."""

    def created(self, instance_id, name, description, tag_specifications):
        if any(image.name == name for image in self.amis.values()):
            raise NameTaken(f"AMI name {name} is already in use by AMI")
        of_image = [each for each in tag_specifications if each["ResourceType"] != "snapshot"]
        image = create_image(self, instance_id, name, description, of_image)
        for each in tag_specifications:
            if each["ResourceType"] == "snapshot":
                for tag in each["Tags"]:
                    image.ebs_snapshot.add_tag(tag["Key"], tag["Value"])
        self.fates = {**getattr(self, "fates", {}), image.id: instance_id}
        return image

    return created


def as_far_as_they_are(describe_images):
    def described(self, **asked):
        for id, instance_id in getattr(self, "fates", {}).items():
            fate = next((tag["value"] for tag in self.describe_tags({"resource-id": [instance_id], "key": ["image-becomes"]})), None)
            if id in self.amis and fate:
                self.amis[id].state = fate
                self.amis[id].state_reason = {"Code": "Client.InternalError", "Message": "Client.InternalError: no room"}
            elif id in self.amis and self.amis[id].state == "pending":
                self.amis[id].state = "available"
        return describe_images(self, **asked)

    return described


AmiBackend.create_image = as_ec2_makes_images(AmiBackend.create_image)
AmiBackend.describe_images = as_far_as_they_are(AmiBackend.describe_images)
AmiBackend.disable_image = no_longer_shared(AmiBackend.disable_image)
AmisResponse.deregister_image = with_its_snapshot(AmisResponse.deregister_image)
EBSBackend.delete_snapshot = kept_by_rule(EBSBackend.delete_snapshot)
of_ec2 = {
    # Nobody beyond a peering names a group here, and none is used in two VPCs.
    "DescribeSecurityGroupReferences": lambda _: ec2_answer("DescribeSecurityGroupReferences", "<securityGroupReferenceSet/>"),
    "DescribeSecurityGroupVpcAssociations": lambda _: ec2_answer(
        "DescribeSecurityGroupVpcAssociations", "<securityGroupVpcAssociationSet/>"
    ),
    "LockSnapshot": lock_snapshot,
    "DescribeLockedSnapshots": locked_snapshots,
    "EnableFastSnapshotRestores": enable_fast_restores,
    "DescribeFastSnapshotRestores": fast_restores,
    "RestoreSnapshotFromRecycleBin": restored_snapshot,
    "ListImagesInRecycleBin": recycled_images,
    "RestoreImageFromRecycleBin": restored_image,
    "DescribeImageReferences": image_references,
}


# What AWS answers where moto has nothing, as a test or the night has put it there: by account, region and path. Of a service
# that nothing was put there for, an empty list.
recorded = {}
empty = {
    "backup": [
        (r"/backup/plans/[^/]+/selections/?", "BackupSelectionsList"),
        (r"/account-settings", "ResourceTypeOptInPreference"),
    ],
}


# The same of services that are asked by the names of operations.
without_any = {
    "DescribeAccountPolicies": {"accountPolicies": []},
    # Of Glue: moto lists neither without falling over.
    "GetDevEndpoints": {"DevEndpoints": []},
    "ListSessions": {"Ids": [], "Sessions": []},
    # Of Compute Optimizer, which an account has to opt in to.
    "GetEnrollmentStatus": {"status": "Inactive", "memberAccountsEnrolled": False},
}


# What AWS refuses an account that has no such data, where moto knows no such call.
no_data = "The requested data is unavailable."
without_data = {
    "ce": {
        "GetCostForecast": "Insufficient amount of historical data.",
        "GetReservationCoverage": no_data,
        "GetReservationUtilization": no_data,
        "GetSavingsPlansCoverage": no_data,
        "GetSavingsPlansUtilizationDetails": no_data,
    }
}


def refused(call):
    """The text of the error; nothing where moto is to answer."""
    why = without_data.get(call["eventSource"].split(".")[0], {}).get(call["eventName"])
    return None if why is None else json.dumps({"__type": "DataUnavailableException", "message": why}).encode()


def record(body):
    given = json.loads(body)
    recorded[(given["account"], given["region"], given["path"].rstrip("/"))] = given["answer"]


def recorded_answer(environ, call):
    """The text of the answer; nothing where moto is to answer."""
    if environ.get("HTTP_X_AMZ_TARGET"):
        known = recorded.get((call["recipientAccountId"], call["awsRegion"], call["eventName"]), without_any.get(call["eventName"]))
        return None if known is None else json.dumps(known).encode()
    if environ["REQUEST_METHOD"] != "GET":
        return None
    path = urllib.parse.unquote(environ["PATH_INFO"])
    known = recorded.get((call["recipientAccountId"], call["awsRegion"], path.rstrip("/")))
    if known is not None:
        return json.dumps(known).encode()
    service = call["eventSource"].split(".")[0]
    for pattern, name in empty.get(service, []):
        if re.fullmatch(pattern, path):
            return json.dumps({name: {} if name.endswith("Preference") else []}).encode()
    return None


def last_usage_of_key(call):
    """Which moto does not have: here a key with `used` in its description was used just now, and all is kept since 2020."""
    id = call["requestParameters"]["KeyId"].split("/")[-1]
    key = moto.backends.get_backend("kms")[call["recipientAccountId"]][call["awsRegion"]].keys[id]
    used = {"Operation": "Decrypt", "Timestamp": int(time.time())} if "used" in key.description else {}
    answer = {"KeyId": id, "KeyLastUsage": used, "TrackingStartDate": 1577836800, "KeyCreationDate": key.creation_date}
    return json.dumps(answer).encode()


having_code = re.compile(r"^/2015-03-31/functions/([^/]+)$|^/2018-10-31/layers/([^/]+)/versions/(\d+)$")
handing_out = "/embedded/code/"


def with_address(environ, answer):
    """moto hands code out at buckets that it does not have: here it lies where it was asked about."""
    told = json.loads(answer)
    if "Configuration" in told and told["Configuration"]["PackageType"] == "Image":
        return answer
    path = f"{call_place(environ)}{environ['PATH_INFO']}"
    told.setdefault("Content" if "Content" in told else "Code", {})["Location"] = f"http://{environ['HTTP_HOST']}{handing_out}{path}"
    return json.dumps(told).encode()


def call_place(environ):
    key, region, _ = signed.search(environ["HTTP_AUTHORIZATION"]).groups()
    return f"{get_account_id_from(key)}/{region}"


def code_at(path):
    account, region, rest = path.removeprefix(handing_out).split("/", 2)
    function, layer, version = having_code.match(f"/{rest}").groups()
    backend = moto.backends.get_backend("lambda")[account][region]
    found = backend.get_function(function) if function else backend.get_layer_version(layer, version)
    return found.code_bytes


def is_of_stacks(call):
    return call["eventSource"] == "cloudformation.amazonaws.com"


def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    if environ["PATH_INFO"] == "/embedded/recorded":
        record(body)
        start_response("204 No Content", [])
        return []

    if environ["PATH_INFO"].startswith(handing_out):
        start_response("200 OK", [("Content-Type", "application/zip")])
        return [code_at(environ["PATH_INFO"])]

    call = called(environ, body)
    # moto's API Gateway wants packages that are not installed for it: there are no custom names.
    if call and call["eventSource"] == "apigateway.amazonaws.com" and environ.get("PATH_INFO") == "/domainnames":
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"item": []}']
    answer = recorded_answer(environ, call) if call else None
    if answer is not None:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer]
    of_backup = call and call["eventSource"] == "backup.amazonaws.com"
    job = backup_jobs.answered(environ, body, (call["recipientAccountId"], call["awsRegion"])) if of_backup else None
    if job is not None:
        status, code, text = job
        start_response(status, [("Content-Type", "application/json"), *([("x-amzn-errortype", code)] if code else [])])
        return [text]
    refusal = refused(call) if call else None
    if refusal is not None:
        start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
        return [refusal]

    formed = stacks.answered(call["recipientAccountId"], call["awsRegion"], body) if call and is_of_stacks(call) else None
    if formed is not None:
        status, text = formed
        start_response(status, [("Content-Type", "text/xml;charset=UTF-8")])
        if status.startswith("2") and not no_management_event.match(call["eventName"]):
            remember(call)
        return [text.encode()]

    if call and call["eventName"] == "GetKeyLastUsage":
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [last_usage_of_key(call)]

    if call and call["eventName"] == "LookupEvents":
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [looked_up(call)]

    told = of_ec2[call["eventName"]](call) if call and call["eventName"] in of_ec2 else None
    if told is not None:
        start_response("200 OK", [("Content-Type", "text/xml;charset=UTF-8")])
        if not no_management_event.match(call["eventName"]):
            remember(call)
        return [told]

    def answering(status, *rest):
        if call and call["eventName"] and status.startswith("2") and not no_management_event.match(call["eventName"]):
            remember(call)
        return start_response(status, *rest)

    begun = []
    of_code = call and call["eventSource"].startswith("lambda") and environ["REQUEST_METHOD"] == "GET"
    if of_code and having_code.match(environ["PATH_INFO"]):
        answer = b"".join(by_moto(environ, lambda status, headers, _=None: begun.append((status, headers))))
        answering(*begun[-1])
        return [with_address(environ, answer) if begun[-1][0].startswith("2") else answer]
    return by_moto(environ, answering)


@functools.cache
def at_root(service):
    """What answers a service whose requests all go to one path: without what Flask does around it, half of a request's time."""
    try:
        paths = importlib.import_module(f"moto.{service}.urls").url_paths
    except ImportError:
        return None
    return paths.get("{0}/$") or paths.get("{0}/")


def by_moto(environ, start_response):
    # moto rolls a failed transaction back by restoring a copy of the whole table, losing what other threads wrote meanwhile.
    if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        with one_at_a_time:
            return dispatched(environ, start_response)
    return dispatched(environ, start_response)


def dispatched(environ, start_response):
    by_flask = dispatcher.get_application(environ)
    answer = at_root(by_flask.service) if environ["PATH_INFO"] == "/" else None
    if answer is None or environ["REQUEST_METHOD"] != "POST":
        return by_flask(environ, start_response)
    request = by_flask.request_class(environ)
    try:
        result = answer(request, request.raw_url, dict(request.headers))
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    named = {"Content-Type": "text/html; charset=utf-8", **headers}
    start_response(f"{status} {http.client.responses.get(int(status), '')}", list(named.items()))
    return [content.encode() if isinstance(content, str) else content]


def copied(table, _):
    # moto copies a table, and all that its stream has held, once for each item of a transaction, to put it back if that fails.
    # Items are replaced and never changed, but by UpdateItem, which is told below: so the lists of them suffice.
    same = copy.copy(table)
    same.items = defaultdict(dict, {key: dict(of) if table.has_range_key else of for key, of in table.items.items()})
    if table.stream_shard:
        same.stream_shard = copy.copy(table.stream_shard)
        same.stream_shard.table = same
        same.stream_shard.items = list(table.stream_shard.items)
    return same


def replaced(update_item):
    def update(self, table_name, key, *rest, **named):
        table = self.get_table(table_name)
        attributes = [table.hash_key_attr, *([table.range_key_attr] if table.has_range_key else [])]
        if all(one in key for one in attributes):
            *path, last = [DynamoType(key[one]) for one in attributes]
            items = table.items[path[0]] if path else table.items
            if last in items:
                items[last] = copy.deepcopy(items[last])
        return update_item(self, table_name, key, *rest, **named)

    return update


def sorted_by_value(self):
    # moto compares keys through two objects each time.
    values = [items.values() if self.range_key_attr else [items] for items in self.items.values()]
    items = [item for some in values for item in some]
    with_range = (lambda one: (one.hash_key.cast_value, one.range_key.cast_value)) if self.range_key_attr else None
    return sorted(items, key=with_range or (lambda one: one.hash_key.cast_value))


def remembered(possible_keys):
    # Under which names moto looks for a member of an answer depends on the two models alone, and took most of its time.
    known = {}

    def of(self, context):
        shape = context.shape
        parent = getattr(shape, "parent", None)
        place = (
            type(self),
            tuple(self.alias_providers),
            type(context.obj),
            context.key,
            context.service_model and context.service_model.service_name,
            shape and (shape.name, shape.type_name, shape.serialization.get("name")),
            parent and parent.name,
        )
        if place not in known:
            known[place] = tuple(possible_keys(self, context))
        return known[place]

    return of


def in_json(value):
    """An attribute of an item as DynamoDB says it: `{"M": {"days": {"N": "7"}}}`."""
    if isinstance(value, DynamoType):
        return in_json(value.to_json())
    if isinstance(value, dict):
        return {name: in_json(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [in_json(inner) for inner in value]
    return value


def attributes_at_once(serialize):
    # moto looks for each of the ten kinds of value in each value.
    def serialized(self, into, value, shape, key):
        if shape.name == "AttributeValue" and self.operation_model.service_model.service_name == "dynamodb":
            return self._default_serialize(into, in_json(value), shape, key)
        return serialize(self, into, value, shape, key)

    return serialized


def of_partition(query):
    # moto sorts and looks through the whole table for each query, and copies what it finds, each value of it.
    def queried(self, hash_key, range_comparison, range_objs, limit, start, forward, projections, index_name=None, *rest, **named):
        given = (hash_key, range_comparison, range_objs, limit, start, forward, projections, index_name, *rest)
        if index_name or not self.has_range_key:
            return query(self, *given, **named)
        alone = copy.copy(self)
        alone.items = {hash_key: self.items[hash_key]} if hash_key in self.items else {}
        return query(alone, *given, **named)

    return queried


class Shallow:
    """For a list of items, which nobody changes: they are only read for the answer."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value):
        return list(value) if type(value) is list else copy.deepcopy(value)


for picker in (moto.core.serialize.AttributePicker, moto.core.serialize.XFormedAttributePicker):
    picker.get_possible_keys = remembered(picker.get_possible_keys)
JSONSerializer._serialize_type_structure = attributes_at_once(JSONSerializer._serialize_type_structure)
moto.dynamodb.models.table.copy = Shallow
Table.query = of_partition(Table.query)
Table.all_items = sorted_by_value
Table.__deepcopy__ = copied
DynamoDBBackend.update_item = replaced(DynamoDBBackend.update_item)


def issued_when_used(set_in_use):
    # A load balancer takes only certificates that were issued; moto's are, a minute after they were asked for.
    def use(acm, arn, user):
        set_in_use(acm, arn, user)
        acm.get_certificate(arn).status = "ISSUED"

    return use


def ended_by_name(describe):
    # Nobody can import or request one that has ended, and accounts have them all the same: here those for `ended.…`.
    def described(bundle):
        if not str(bundle.common_name).startswith("ended."):
            return describe(bundle)
        bundle.status = "EXPIRED"
        told = describe(bundle)
        told["Certificate"].update({"NotBefore": 1546300800.0, "NotAfter": 1577836800.0})
        return told

    return described


# The key of a certificate that is requested, which nobody sees: it was nearly all of the request's time.
acm_rsa = moto.acm.models.cryptography.hazmat.primitives.asymmetric.rsa
acm_rsa.generate_private_key = functools.cache(acm_rsa.generate_private_key)
# Which key a PEM is: it is proven to be one anew each time that it is read, and that takes as long as 50 requests.
read_key = moto.acm.models.CertBundle.validate_pk
moto.acm.models.CertBundle.validate_pk = lambda bundle: key_of(bundle.key)


@functools.cache
def key_of(pem):
    return read_key(types.SimpleNamespace(key=pem))


certificates = moto.acm.models.AWSCertificateManagerBackend
certificates.set_certificate_in_use_by = issued_when_used(certificates.set_certificate_in_use_by)


def with_serial_as_told(describe):
    # moto tells the number in decimal digits, ACM its bytes: "07:71:f4".
    def described(bundle):
        told = describe(bundle)
        number = int(told["Certificate"]["Serial"])
        told["Certificate"]["Serial"] = number.to_bytes((number.bit_length() + 7) // 8, "big").hex(":")
        return told

    return described


moto.acm.models.CertBundle.describe = ended_by_name(with_serial_as_told(moto.acm.models.CertBundle.describe))


def costs_by_groups(get):
    # moto answers whoever asks first. What says how it is grouped is for those who group so, as often as they ask.
    def answer(self, body):
        groups = json.loads(body).get("GroupBy", [])
        told = [result for result in self.cost_usage_results_queue if "GroupDefinitions" in result]
        nothing = {"ResultsByTime": [], "DimensionValueAttributes": []}
        return next((result for result in told if result["GroupDefinitions"] == groups), nothing) if told else get(self, body)

    return answer


moto.ce.models.CostExplorerBackend.get_cost_and_usage = costs_by_groups(moto.ce.models.CostExplorerBackend.get_cost_and_usage)


def of_named_alone(from_targets):
    # moto takes every instance for a target where none is named.
    return lambda self: from_targets(self) if self.targets else []


moto.ssm.models.Command._get_instance_ids_from_targets = of_named_alone(moto.ssm.models.Command._get_instance_ids_from_targets)


def created_where_nothing_is(change):
    # moto refuses to create again what was deleted meanwhile, and creates beside what is there with another value. What the
    # same batch deletes before is there no more.
    def changed(self, zoneid, changes):
        zone = self.get_hosted_zone(zoneid)
        there = {(record.name, record.type) for record in zone.rrsets}
        gone = set()
        for asked in changes:
            wanted = asked["ResourceRecordSet"]
            name, kind = wanted["Name"].rstrip("."), wanted["Type"]
            if asked["Action"] == "DELETE":
                gone.add((name, kind))
            if asked["Action"] != "CREATE":
                continue
            if (name, kind) in gone:
                same = {**asked, "ResourceRecordSet": {**wanted, "Name": name}}
                zone.rr_changes[:] = [made for made in zone.rr_changes if made != same]
                continue
            if (name + ".", kind) in there:
                raise moto.route53.models.ResourceRecordAlreadyExists(name=name + ".", _type=kind)
            zone.rr_changes[:] = [
                made
                for made in zone.rr_changes
                if (made["ResourceRecordSet"]["Name"], made["ResourceRecordSet"]["Type"]) != (name, kind)
            ]
        return change(self, zoneid, changes)

    return changed


names = moto.route53.models.Route53Backend
names.change_resource_record_sets = created_where_nothing_is(names.change_resource_record_sets)


def rotated_as_told(rotate):
    # moto runs the function, in a container, and leaves the next date where it was. Here the function is kept by its name alone,
    # and each rotation moves the date, as AWS has it. A secret with `overdue` in its name was due long ago when it is first
    # told to rotate, and is rotated by the next time.
    def rotated(self, secret_id, client_request_token=None, rotation_lambda_arn=None, rotation_rules=None, **more):
        known = self.secrets.get(secret_id)
        begun, function = (known.rotation_enabled, known.rotation_lambda_arn) if known else (False, "")
        answer = rotate(self, secret_id, client_request_token, None, rotation_rules, **more)
        secret = self.secrets[secret_id]
        secret.rotation_lambda_arn = rotation_lambda_arn or function
        secret.next_rotation_date = int(time.time()) + secret.auto_rotate_after_days * 86400
        if "overdue" in secret.name and not begun:
            secret.next_rotation_date, secret.last_rotation_date = 1580515200, 1577836800
        return answer

    return rotated


secrets = moto.secretsmanager.models.SecretsManagerBackend
secrets.rotate_secret = rotated_as_told(secrets.rotate_secret)


def launched_long_ago(make):
    # moto launches at this moment, and so nothing could have been idle for weeks.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.launch_time = datetime.datetime(2020, 1, 1)

    return made


def launched_now(start):
    # As AWS has it, and moto does not: a start is a launch.
    def started(self, *rest, **named):
        self.launch_time = utcnow()
        return start(self, *rest, **named)

    return started


def made_once(create_volume):
    # As AWS has it, and moto does not: the same token again is the same volume.
    made = {}

    def create(self):
        token = self._get_param("ClientToken")
        if not token:
            return create_volume(self)
        key = (self.current_account, self.region, token)
        if key not in made:
            made[key] = create_volume(self)
        return made[key]

    return create


ElasticBlockStore.create_volume = made_once(ElasticBlockStore.create_volume)
Instance.__init__ = launched_long_ago(Instance.__init__)
Instance.start = launched_now(Instance.start)


def made_long_ago(make):
    # moto makes at this moment, and nothing could have been without a backup for long.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.create_time = datetime.datetime(2020, 1, 1)

    return made


def freeing_addresses(delete):
    # moto keeps the addresses of a deleted gateway associated for ever. What is deleted once more frees none again.
    def deleted(self, nat_gateway_id):
        there = self.nat_gateways.get(nat_gateway_id)
        again = there is not None and there.state == "deleted"
        gateway = delete(self, nat_gateway_id)
        for one in [] if again else gateway.address_set:
            if one.get("associationId"):
                self.disassociate_address(association_id=one["associationId"])
        return gateway

    return deleted


def gateway_made_long_ago(make):
    # As of volumes: nothing could have been unused for weeks.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self._created_at = datetime.datetime(2020, 1, 1)

    return made


def endpoint_made_long_ago(make):
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.creation_timestamp = datetime.datetime(2020, 1, 1)

    return made


def with_own_id(make):
    # moto gives the same to all, and snapshots are known by it.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.dbi_resource_id = f"db-{uuid.uuid4().hex[:26].upper()}"

    return made


def running_for_years(make, time):
    # moto makes at this moment, and nothing that follows hours could have run since before its time off.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        if any(tag["Key"] == "nightshift:hours" for tag in self.tags):
            setattr(self, time, datetime.datetime(2020, 1, 1))

    return made


def aged_by_name(make, name, made_at, age=datetime.datetime(2020, 1, 1)):
    # moto makes at this moment. What has `aged` in its name was made long ago, and could have been idle for weeks.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        if "aged" in getattr(self, name):
            setattr(self, made_at, age)

    return made


Event.EVENT_MAP |= {
    f"DB_{kind}_{change}": {"Categories": ["notification"], "Message": f"DB {kind.lower()} {change.lower()}"}
    for kind in ["INSTANCE", "CLUSTER"]
    for change in ["STARTED", "STOPPED"]
}


def told_of_instance(change, event):
    # As AWS has it, and moto does not: stops and starts are among the events.
    def changed(self, db_instance_identifier, *rest, **named):
        database = change(self, db_instance_identifier, *rest, **named)
        database.add_event(event)
        return database

    return changed


def told_of_cluster(change, event):
    def changed(self, cluster_identifier):
        answer = change(self, cluster_identifier)
        arn = self.clusters[cluster_identifier].db_cluster_arn
        cluster = types.SimpleNamespace(resource_id=cluster_identifier, event_source_type="db-cluster", arn=arn)
        self.add_event(event, cluster)
        return answer

    return changed


RDSBackend.start_db_instance = told_of_instance(RDSBackend.start_db_instance, "DB_INSTANCE_STARTED")
RDSBackend.stop_db_instance = told_of_instance(RDSBackend.stop_db_instance, "DB_INSTANCE_STOPPED")
RDSBackend.start_db_cluster = told_of_cluster(RDSBackend.start_db_cluster, "DB_CLUSTER_STARTED")
RDSBackend.stop_db_cluster = told_of_cluster(RDSBackend.stop_db_cluster, "DB_CLUSTER_STOPPED")
Volume.__init__ = made_long_ago(Volume.__init__)
NatGateway.__init__ = gateway_made_long_ago(NatGateway.__init__)
NatGatewayBackend.delete_nat_gateway = freeing_addresses(NatGatewayBackend.delete_nat_gateway)
VPCEndPoint.__init__ = endpoint_made_long_ago(VPCEndPoint.__init__)
DBInstance.__init__ = with_own_id(DBInstance.__init__)
DBInstance.__init__ = aged_by_name(DBInstance.__init__, "db_instance_identifier", "instance_create_time")
DBInstance.__init__ = running_for_years(DBInstance.__init__, "instance_create_time")
DBCluster.__init__ = aged_by_name(DBCluster.__init__, "db_cluster_identifier", "cluster_create_time")
DBCluster.__init__ = running_for_years(DBCluster.__init__, "cluster_create_time")
FakeAutoScalingGroup.__init__ = running_for_years(FakeAutoScalingGroup.__init__, "created_time")


def once_loaded(module, change):
    # What takes long to load is loaded, and changed, when somebody asks that service.
    load = moto.backends._import_backend
    left = [change]

    def loading(name, backends):
        loaded = load(name, backends)
        if name == module and left:
            left.pop()(sys.modules[f"moto.{name}.models"])
        return loaded

    moto.backends._import_backend = loading


def aging_models_at_work(models):
    for make, name in [
        (models.FakeEndpoint, "endpoint_name"),
        (models.FakeSagemakerNotebookInstance, "notebook_instance_name"),
    ]:
        for time in ["creation_time", "last_modified_time"]:
            make.__init__ = aged_by_name(make.__init__, name, time)


once_loaded("sagemaker", aging_models_at_work)


def aging_streams(models):
    models.Stream.__init__ = aged_by_name(models.Stream.__init__, "stream_name", "creation_datetime")


once_loaded("kinesis", aging_streams)


def sorted_once(models):
    # moto goes through all that it has for each hour of each query: of a hundred queries of two weeks that took seconds.
    inner = models.CloudWatchBackend.get_metric_data

    def of_query(query, known, start):
        asked = query["MetricStat"]
        metric, stat, unit = asked["Metric"], asked["Stat"], asked.get("Unit")
        wanted = sorted((one["Name"], one["Value"]) for one in metric.get("Dimensions", []))
        period = datetime.timedelta(seconds=int(asked["Period"]))
        buckets = defaultdict(list)
        for datum, dimensions in known[metric["MetricName"]]:
            # As moto has it: without dimensions any will do, and with them any namespace.
            same = dimensions == wanted if wanted else datum.namespace == metric["Namespace"]
            if same and (not unit or datum.unit == unit):
                buckets[(datum.timestamp - start) // period].append(datum)
        for nth in sorted(buckets):
            counted = models.Statistics([stat], start + nth * period)
            counted.metric_data = buckets[nth]
            yield counted.timestamp, counted.get_statistics_for_type(stat)

    def get(self, queries, start_time, end_time, scan_by="TimestampAscending"):
        start, end = start_time.replace(microsecond=0), end_time.replace(microsecond=0)
        if start >= end or not all("MetricStat" in query and query.get("ReturnData", True) for query in queries):
            return inner(self, queries, start_time, end_time, scan_by)
        names = {query["MetricStat"]["Metric"]["MetricName"] for query in queries}
        known = defaultdict(list)
        for datum in self.get_all_metrics():
            if datum.name in names and start <= datum.timestamp < end:
                known[datum.name].append((datum, sorted((one.name, one.value) for one in datum.dimensions)))
        answers = []
        for query in queries:
            told = list(of_query(query, known, start))
            if scan_by == "TimestampDescending":
                told.reverse()
            label = query.get("Label") or f"{query['MetricStat']['Metric']['MetricName']} {query['MetricStat']['Stat']}"
            times, values = [time for time, _ in told], [value for _, value in told]
            answers.append({"id": query["Id"], "label": label, "values": values, "timestamps": times, "status_code": "Complete"})
        return answers

    models.CloudWatchBackend.get_metric_data = get


once_loaded("cloudwatch", sorted_once)


def aging_node_groups(models):
    make = models.Nodegroup.__init__

    def made(self, *rest, **named):
        make(self, *rest, **named)
        if "aged" in self.nodegroup_name or "nightshift:hours" in self.tags:
            self.created_at = datetime.datetime(2020, 1, 1)

    models.Nodegroup.__init__ = made


once_loaded("eks", aging_node_groups)


def aging_keys(models):
    models.Key.__init__ = aged_by_name(models.Key.__init__, "description", "creation_date", 1577836800)


once_loaded("kms", aging_keys)


def with_cache_nodes(make):
    # moto counts them, and does not list them.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.cache_nodes = [
            {"CacheNodeId": f"{nth + 1:04}", "CacheNodeStatus": "available"} for nth in range(self.num_cache_nodes)
        ]

    return made


for identity in [moto.iam.models.Role, moto.iam.models.User]:
    identity.__init__ = aged_by_name(identity.__init__, "name", "create_date")
CacheCluster.__init__ = with_cache_nodes(CacheCluster.__init__)
CacheCluster.__init__ = aged_by_name(CacheCluster.__init__, "cache_cluster_id", "cache_cluster_create_time")
RedshiftCluster.__init__ = aged_by_name(RedshiftCluster.__init__, "cluster_identifier", "create_time")
FakeLoadBalancer.__init__ = aged_by_name(FakeLoadBalancer.__init__, "name", "created_time", "2020-01-01T00:00:00.000Z")


def pushed_long_ago(make):
    # moto pushes at this moment, and nothing could have been unused for weeks.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.image_pushed_at = 1577836800
        self.last_recorded_pull_time = None

    return made


def counted_as_pull(batch_get_image):
    # moto keeps no pulls. Whether ECR counts the reading of a manifest alone as one is not known: here it does.
    def got(self, *rest, **named):
        answer = batch_get_image(self, *rest, **named)
        for image in answer["images"]:
            image.last_recorded_pull_time = int(time.time())
        return answer

    return got


moto.ecr.models.Image.__init__ = pushed_long_ago(moto.ecr.models.Image.__init__)
registry = moto.ecr.models.ECRBackend
registry.batch_get_image = counted_as_pull(registry.batch_get_image)


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)


def headers_of(stream, _class=http.client.HTTPMessage):
    """No line of them is folded here, and the parser of letters took a seventh of a request's time."""
    headers = _class()
    while (line := stream.readline(65537)) not in {b"\r\n", b"\n", b""}:
        name, _, value = line.decode("iso-8859-1").partition(":")
        headers.set_raw(name, value.strip())
    return headers


http.client.parse_headers = headers_of


class KeptOpen(MotoRequestHandler):
    """
    Answers many requests on one connection, each in one piece. werkzeug opens a thread for each request, and waits for 10 ms
    after it whether more comes; here nothing can be left, for `app` has read the body.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_request(self, *_):
        """Nobody reads it, and each line was formatted."""

    def run_wsgi(self):
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        begun = []
        try:
            body = b"".join(app(self.make_environ(), lambda status, headers, _=None: begun.append((status, headers))))
        except Exception:
            traceback.print_exc()
            body, begun = traceback.format_exc().encode(), [("500 Internal Server Error", [])]
        status, headers = begun[-1]
        code, reason = status.split(" ", 1)
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        bodiless = status.startswith(("1", "204", "304"))
        if not bodiless:
            # Of a HEAD request: as it would be.
            length = dict(headers).get("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or len(body))
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            self.wfile.write(body)


# What is loaded stays, and what tests make lives long: to look through all of it for each few hundred new things took time.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=KeptOpen)
# moto's own callbacks and URLs go by it.
os.environ["MOTO_PORT"] = str(server.port)
print(server.port, flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
server.serve_forever()
