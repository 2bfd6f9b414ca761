"""
Backup jobs and copy jobs of AWS Backup, with the recovery points that they make: moto has none of them. A job is begun when it
is started, runs when it, or those of its resource, is first asked about, and has ended when it is asked about again.
"""

import json
import re
import time
import urllib.parse
import uuid
from collections import defaultdict

import moto.backup.models

jobs = defaultdict(dict)
copies = defaultdict(dict)
# By account and region, then by vault and ARN.
points = defaultdict(dict)
active = {"CREATED", "PENDING", "RUNNING"}
later = {"CREATED": "RUNNING", "RUNNING": "COMPLETED"}


class Refused(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.status = code, status


def has_vault(account, region, name):
    return name in moto.backup.models.backup_backends[account][region].vaults


def kept(place, vault, arn, more):
    points[place][(vault, arn)] = {"RecoveryPointArn": arn, "BackupVaultName": vault, "CreationDate": time.time(), **more}


def begun(place, body):
    account, region = place
    if not has_vault(account, region, body["BackupVaultName"]):
        raise Refused("ResourceNotFoundException", f"Backup vault {body['BackupVaultName']} does not exist")
    token = body.get("IdempotencyToken")
    for job in jobs[place].values():
        if token and job["token"] == token:
            return answer_of(job)
    arn = f"arn:aws:backup:{region}:{account}:recovery-point:{uuid.uuid4()}"
    job = {
        "token": token,
        "tags": body.get("RecoveryPointTags") or {},
        "lifecycle": body.get("Lifecycle"),
        "job": {
            "BackupJobId": str(uuid.uuid4()),
            "AccountId": account,
            "BackupVaultName": body["BackupVaultName"],
            "ResourceArn": body["ResourceArn"],
            "IamRoleArn": body["IamRoleArn"],
            "RecoveryPointArn": arn,
            "CreationDate": time.time(),
            "State": "CREATED",
        },
    }
    jobs[place][job["job"]["BackupJobId"]] = job
    return answer_of(job)


def answer_of(job):
    return {name: job["job"][name] for name in ("BackupJobId", "RecoveryPointArn", "CreationDate")}


def known(table, place, name):
    if name not in table[place]:
        raise Refused("ResourceNotFoundException", f"Job {name} does not exist")
    return table[place][name]


def described(place, name):
    job = known(jobs, place, name)
    told = job["job"]
    told["State"] = later.get(told["State"], told["State"])
    if told["State"] == "COMPLETED" and not job.get("made"):
        job["made"] = True
        more = {"ResourceArn": told["ResourceArn"], "Status": "COMPLETED", "tags": job["tags"], "Lifecycle": job["lifecycle"]}
        kept(place, told["BackupVaultName"], told["RecoveryPointArn"], more)
    return told


def stopped(place, name):
    told = known(jobs, place, name)["job"]
    if told["State"] not in active:
        raise Refused("InvalidRequestException", f"Job {name} is {told['State']}")
    told["State"] = "ABORTED"
    return None


def listed(place, asked):
    for name, job in list(jobs[place].items()):
        if job["job"]["ResourceArn"] == asked.get("resourceArn"):
            described(place, name)
    wanted = {"ResourceArn": asked.get("resourceArn"), "BackupVaultName": asked.get("backupVaultName"), "State": asked.get("state")}
    return {
        "BackupJobs": [
            job["job"] for job in jobs[place].values() if all(v is None or job["job"][k] == v for k, v in wanted.items())
        ]
    }


def copy_begun(place, body):
    source = points[place].get((body["SourceBackupVaultName"], body["RecoveryPointArn"]))
    if not source:
        raise Refused("ResourceNotFoundException", "Recovery point does not exist")
    for copy in copies[place].values():
        if copy["token"] == body.get("IdempotencyToken"):
            return {name: copy["job"][name] for name in ("CopyJobId", "CreationDate")}
    _, _, _, region, account, _, _ = body["DestinationBackupVaultArn"].split(":", 6)
    job = {
        "CopyJobId": str(uuid.uuid4()),
        "CreationDate": time.time(),
        "State": "CREATED",
        "SourceRecoveryPointArn": body["RecoveryPointArn"],
        "DestinationBackupVaultArn": body["DestinationBackupVaultArn"],
        "DestinationRecoveryPointArn": f"arn:aws:backup:{region}:{account}:recovery-point:{uuid.uuid4()}",
        "ResourceArn": source["ResourceArn"],
    }
    copies[place][job["CopyJobId"]] = {"token": body.get("IdempotencyToken"), "job": job, "source": source, "lifecycle": body.get("Lifecycle")}
    return {name: job[name] for name in ("CopyJobId", "CreationDate")}


def copy_described(place, name):
    copy = known(copies, place, name)
    job = copy["job"]
    job["State"] = later.get(job["State"], job["State"])
    if job["State"] == "COMPLETED" and not copy.get("made"):
        copy["made"] = True
        _, _, _, region, account, _, vault = job["DestinationBackupVaultArn"].split(":", 6)
        more = {
            "ResourceArn": job["ResourceArn"],
            "Status": "COMPLETED",
            "tags": copy["source"]["tags"],
            "Lifecycle": copy["lifecycle"],
        }
        kept((account, region), vault, job["DestinationRecoveryPointArn"], more)
    return {"CopyJob": job}


def copies_listed(place, asked):
    to = asked.get("destinationVaultArn")
    found = [copy["job"] for copy in copies[place].values() if to is None or copy["job"]["DestinationBackupVaultArn"] == to]
    return {"CopyJobs": found}


def points_listed(place, vault, asked):
    of = asked.get("resourceArn")
    found = [
        {name: value for name, value in point.items() if name != "tags"}
        for (name, _), point in points[place].items()
        if name == vault and (of is None or point["ResourceArn"] == of)
    ]
    return {"RecoveryPoints": found}


def point_deleted(place, vault, arn):
    if not points[place].pop((vault, arn), None):
        raise Refused("ResourceNotFoundException", "Recovery point does not exist")
    return None


def tags_of(place, arn):
    for (_, name), point in points[place].items():
        if name == arn:
            return {"Tags": point["tags"]}
    raise Refused("ResourceNotFoundException", "Recovery point does not exist")


ways = [
    ("PUT", r"/backup-jobs/?", lambda place, match, body, asked: begun(place, body)),
    ("GET", r"/backup-jobs/?", lambda place, match, body, asked: listed(place, asked)),
    ("GET", r"/backup-jobs/([^/]+)", lambda place, match, body, asked: described(place, match[1])),
    ("POST", r"/backup-jobs/([^/]+)", lambda place, match, body, asked: stopped(place, match[1])),
    ("PUT", r"/copy-jobs/?", lambda place, match, body, asked: copy_begun(place, body)),
    ("GET", r"/copy-jobs/?", lambda place, match, body, asked: copies_listed(place, asked)),
    ("GET", r"/copy-jobs/([^/]+)", lambda place, match, body, asked: copy_described(place, match[1])),
    ("GET", r"/backup-vaults/([^/]+)/recovery-points/?", lambda place, match, body, asked: points_listed(place, match[1], asked)),
    ("DELETE", r"/backup-vaults/([^/]+)/recovery-points/(.+)", lambda place, match, body, asked: point_deleted(place, match[1], match[2])),
    ("GET", r"/tags/(arn:.*recovery-point:.*?)/?", lambda place, match, body, asked: tags_of(place, match[1])),
]


def answered(environ, body, place):
    """Status, error code and text; nothing where it is none of these."""
    path = urllib.parse.unquote(environ["PATH_INFO"])
    asked = {name: values[0] for name, values in urllib.parse.parse_qs(environ.get("QUERY_STRING", "")).items()}
    for method, pattern, answer in ways:
        match = re.fullmatch(pattern, path)
        if method != environ["REQUEST_METHOD"] or not match:
            continue
        try:
            said = answer(place, match, json.loads(body) if body else {}, asked)
            return "200 OK", None, b"" if said is None else json.dumps(said).encode()
        except Refused as refused:
            text = json.dumps({"Code": refused.code, "Message": str(refused)}).encode()
            return "400 Bad Request", refused.code, text
    return None
