"""Uploads the files of a folder: python-clients.py boto3|minio|s3fs ENDPOINT BUCKET FOLDER."""
import os
import sys
from pathlib import Path

PART_SIZE = 5 << 20


def boto3_upload(endpoint, bucket, files):
    import boto3
    from boto3.s3.transfer import TransferConfig

    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    config = TransferConfig(multipart_threshold=PART_SIZE, multipart_chunksize=PART_SIZE)
    for file in files:
        client.upload_file(str(file), bucket, file.name, Config=config)


def minio_upload(endpoint, bucket, files):
    from minio import Minio

    client = Minio(
        endpoint.removeprefix("http://"), access_key="test", secret_key="testtest",
        secure=False, region="us-east-1",
    )
    for file in files:
        client.fput_object(bucket, file.name, str(file), part_size=PART_SIZE)


def s3fs_upload(endpoint, bucket, files):
    import s3fs

    fs = s3fs.S3FileSystem(
        key="test", secret="test", endpoint_url=endpoint,
        client_kwargs={"region_name": "us-east-1"},
    )
    for file in files:
        with fs.open(f"{bucket}/{file.name}", "wb", block_size=PART_SIZE) as target:
            target.write(file.read_bytes())


UPLOADS = {"boto3": boto3_upload, "minio": minio_upload, "s3fs": s3fs_upload}

if __name__ == "__main__":
    name, endpoint, bucket, folder = sys.argv[1:]
    UPLOADS[name](endpoint, bucket, sorted(Path(folder).iterdir(), key=os.fspath))
