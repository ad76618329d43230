// Starts person tracking on a video and reads its pages, as a program in Go does; prints their JSON, an object a line.
//
// usage: pages BUCKET NAME
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/rekognition"
)

func main() {
	configuration := aws.NewConfig().WithEndpoint(os.Getenv("AWS_ENDPOINT_URL_REKOGNITION"))
	client := rekognition.New(session.Must(session.NewSession()), configuration)
	video := rekognition.Video{S3Object: &rekognition.S3Object{Bucket: &os.Args[1], Name: &os.Args[2]}}
	started, err := client.StartPersonTracking(&rekognition.StartPersonTrackingInput{Video: &video, JobTag: aws.String("go")})
	check(err)
	request := rekognition.GetPersonTrackingInput{JobId: started.JobId, MaxResults: aws.Int64(100)}
	for {
		page, err := client.GetPersonTracking(&request)
		check(err)
		if *page.JobStatus != rekognition.VideoJobStatusInProgress {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	check(client.GetPersonTrackingPages(&request, func(page *rekognition.GetPersonTrackingOutput, last bool) bool {
		text, err := json.Marshal(map[string]interface{}{
			"status": *page.JobStatus, "last": last, "rate": *page.VideoMetadata.FrameRate, "persons": points(page),
		})
		check(err)
		fmt.Println(string(text))
		return true
	}))
	_, err = client.GetPersonTracking(&rekognition.GetPersonTrackingInput{JobId: aws.String("unknown")})
	if _, known := err.(*rekognition.ResourceNotFoundException); !known {
		check(fmt.Errorf("an unknown job: %v", err))
	}
}

// points gives index, timestamp and left of each.
func points(page *rekognition.GetPersonTrackingOutput) [][]float64 {
	all := [][]float64{}
	for _, point := range page.Persons {
		all = append(all, []float64{float64(*point.Person.Index), float64(*point.Timestamp), *point.Person.BoundingBox.Left})
	}
	return all
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
