"""What AWS's guide has a program do for people pathing, with nothing but AWS_* variables set: a topic, a queue that it tells, an
upload, the job, the wait on the queue, the people by ten in both orders. Prints as JSON what it found. Runs with any boto3.

usage: guide_client.py VIDEO BUCKET
"""

import json
import sys
import time

import boto3

import model

ROLE = "arn:aws:iam::123456789012:role/rekognition"


def main(video, bucket):
    rekognition, s3, sns, sqs = (boto3.client(name) for name in ["rekognition", "s3", "sns", "sqs"])
    model.watch(rekognition)
    name = "AmazonRekognitionExample" + str(time.time_ns())
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.upload_file(video, bucket, "stored video.mp4")

    started = rekognition.start_person_tracking(
        Video={"S3Object": {"Bucket": bucket, "Name": "stored video.mp4"}}, JobTag="guide",
        NotificationChannel={"RoleArn": ROLE, "SNSTopicArn": topic})
    message = wait(sqs, queue, started["JobId"])
    found = {"botocore": model.VERSION, "message": message, "job": started["JobId"]}
    for order in ["TIMESTAMP", "INDEX"]:
        found[order] = people(rekognition, started["JobId"], order)
    # Nothing comes twice.
    found["more"] = len(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []))
    found |= {"walked": model.walked, "complaints": model.complaints}
    print(json.dumps(found))


def wait(sqs, queue, job):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", []):
            told = json.loads(json.loads(message["Body"])["Message"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if str(told["JobId"]) == job:
                return told
    raise SystemExit("nothing came on the queue")


def people(rekognition, job, order):
    """Every person's points, as the guide's GetResultsPersons reads them."""
    points, pages, token, finished = [], 0, "", False
    while not finished:
        response = rekognition.get_person_tracking(JobId=job, MaxResults=10, NextToken=token, SortBy=order)
        pages += 1
        metadata = response["VideoMetadata"]
        for detection in response["Persons"]:
            person = detection["Person"]
            points.append([person["Index"], detection["Timestamp"], *(person["BoundingBox"][side] for side in ["Left", "Top", "Width", "Height"])])
        if "NextToken" in response:
            token = response["NextToken"]
        else:
            finished = True
    return {"pages": pages, "points": points, "metadata": metadata, "status": response["JobStatus"]}


main(*sys.argv[1:])
