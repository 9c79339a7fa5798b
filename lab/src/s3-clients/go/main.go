// Command s3-clients uploads files to an S3 endpoint with the S3 clients of Go.
//
//	s3-clients minio|minio-trailer|aws ENDPOINT BUCKET FOLDER
//
// Each file of FOLDER becomes an object under its name. Files above 5 MiB are sent in parts.
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
	miniocredentials "github.com/minio/minio-go/v7/pkg/credentials"
)

const partSize = 5 << 20

type upload func(ctx context.Context, bucket, key, file string) error

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: s3-clients minio|minio-trailer|aws ENDPOINT BUCKET FOLDER")
	}
	client, endpoint, bucket, folder := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	clients := map[string]upload{
		"minio":         minioUpload(endpoint, false),
		"minio-trailer": minioUpload(endpoint, true),
		"aws":           awsUpload(endpoint),
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		name := file.Name()
		if err := clients[client](context.Background(), bucket, name, filepath.Join(folder, name)); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

// minioUpload sends signed chunks, as MinIO's mc does; with trailer, also a trailing checksum.
func minioUpload(endpoint string, trailer bool) upload {
	options := minio.PutObjectOptions{PartSize: partSize}
	if trailer {
		options.Checksum = minio.ChecksumCRC32C
	}
	client, err := minio.New(strings.TrimPrefix(endpoint, "http://"), &minio.Options{
		Creds:           miniocredentials.NewStaticV4("test", "testtest", ""),
		Region:          "us-east-1",
		TrailingHeaders: trailer,
	})
	if err != nil {
		log.Fatal(err)
	}
	return func(ctx context.Context, bucket, key, file string) error {
		_, err := client.FPutObject(ctx, bucket, key, file, options)
		return err
	}
}

func awsUpload(endpoint string) upload {
	client := s3.New(s3.Options{
		Region:       "us-east-1",
		BaseEndpoint: &endpoint,
		UsePathStyle: true,
		Credentials:  awscredentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return func(ctx context.Context, bucket, key, file string) error {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if len(body) <= partSize {
			_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)})
			return err
		}
		return uploadParts(ctx, client, bucket, key, body)
	}
}

func uploadParts(ctx context.Context, client *s3.Client, bucket, key string, body []byte) error {
	created, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	var parts []types.CompletedPart
	for start := 0; start < len(body); start += partSize {
		number := aws.Int32(int32(len(parts) + 1))
		part, err := client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket:     &bucket,
			Key:        &key,
			UploadId:   created.UploadId,
			PartNumber: number,
			Body:       bytes.NewReader(body[start:min(start+partSize, len(body))]),
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: number, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32})
	}
	_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket:          &bucket,
		Key:             &key,
		UploadId:        created.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}
