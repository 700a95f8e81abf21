package provoke

import (
	"context"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// produce sends one record to the brokers at addrs.
func (e *Env) produce(ctx context.Context, addrs []string, record string, opts ...kgo.Opt) error {
	impatient := []kgo.Opt{
		kgo.SeedBrokers(addrs...), kgo.RecordRetries(1), kgo.RequestRetries(1), kgo.UnknownTopicRetries(1),
		kgo.RecordDeliveryTimeout(5 * time.Second), kgo.RetryBackoffFn(func(int) time.Duration { return time.Millisecond }),
		kgo.MetadataMinAge(10 * time.Millisecond),
	}
	c := must(kgo.NewClient(append(impatient, opts...)...))
	e.cleanup(c.Close)
	return c.ProduceSync(ctx, &kgo.Record{Topic: "t", Value: []byte(record)}).FirstErr()
}

// kafka starts a broker with the topic t.
func (e *Env) kafka() *kfake.Cluster {
	c := must(kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "t")))
	e.cleanup(c.Close)
	return c
}

func kafkaAnswer(code *kerr.Error) provocation {
	return func(ctx context.Context, e *Env) error {
		c := e.kafka()
		c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
			c.KeepControl()
			resp := r.ResponseKind().(*kmsg.ProduceResponse)
			for _, t := range r.(*kmsg.ProduceRequest).Topics {
				topic := kmsg.NewProduceResponseTopic()
				topic.Topic, topic.TopicID = t.Topic, t.TopicID
				for _, p := range t.Partitions {
					partition := kmsg.NewProduceResponseTopicPartition()
					partition.Partition, partition.ErrorCode = p.Partition, code.Code
					topic.Partitions = append(topic.Partitions, partition)
				}
				resp.Topics = append(resp.Topics, topic)
			}
			return resp, nil, true
		})
		return e.produce(ctx, c.ListenAddrs(), "x")
	}
}

var kafkaRows = map[string]provocation{
	"kafka-not-leader":          kafkaAnswer(kerr.NotLeaderForPartition),
	"kafka-not-authorized":      kafkaAnswer(kerr.TopicAuthorizationFailed),
	"kafka-message-too-large":   kafkaAnswer(kerr.MessageTooLarge),
	"kafka-storage-error":       kafkaAnswer(kerr.KafkaStorageError),
	"kafka-not-enough-replicas": kafkaAnswer(kerr.NotEnoughReplicas),
	"kafka-no-topic": func(ctx context.Context, e *Env) error {
		c := must(kfake.NewCluster(kfake.NumBrokers(1)))
		e.cleanup(c.Close)
		return e.produce(ctx, c.ListenAddrs(), "x")
	},
	"kafka-refused": func(ctx context.Context, e *Env) error { return e.produce(ctx, []string{e.refused()}, "x") },
	"kafka-record-too-large-locally": func(ctx context.Context, e *Env) error {
		return e.produce(ctx, e.kafka().ListenAddrs(), strings.Repeat("x", 4096), kgo.ProducerBatchMaxBytes(1024))
	},
}
