package libraries

import (
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/holdfast-go/holdfast/classify"
)

// Kafka is for github.com/twmb/franz-go: by the code of an error, and else by whether the protocol calls it retriable.
//
// Retriable alone does not do: an unknown topic is retriable, because it may be a new one, and a role that
// waits for it waits forever.
var Kafka = []classify.Pack{
	one("kafka", "code", func(e *kerr.Error) classify.Finding { return kafkaCode(e.Code) }),
	one("kafka protocol", "retriable", func(e *kerr.Error) classify.Finding {
		if e.Retriable {
			return conflict // with metadata that were out of date: the same again may succeed
		}
		return classify.Finding{}
	}),
	{Name: "kgo", Rules: sentinels(kafkaValues)},
}

var kafkaCode = kafkaCodes.index()

// Found in Kafka, Protocol guide, Error codes by the name.
var kafkaCodes = table[int16]{
	{-1, unsure(unavailable), "UNKNOWN_SERVER_ERROR"},
	{2, corrupt, "CORRUPT_MESSAGE: a checksum"},
	{3, misconfigured, "UNKNOWN_TOPIC_OR_PARTITION, after the client looked for it again"},
	{7, unsure(timeout), "REQUEST_TIMED_OUT"},
	{13, unsure(interrupted), "NETWORK_EXCEPTION"},
	{20, unsure(conflict), "NOT_ENOUGH_REPLICAS_AFTER_APPEND: it is in the log already"},
	{89, throttled, "THROTTLING_QUOTA_EXCEEDED"},

	{1, missing, "OFFSET_OUT_OF_RANGE: what was there is deleted"},
	{36, exists, "TOPIC_ALREADY_EXISTS"},
	{92, exists, "DUPLICATE_RESOURCE"},
	{10, invalid, "MESSAGE_TOO_LARGE"},
	{12, invalid, "OFFSET_METADATA_TOO_LARGE"},
	{18, invalid, "RECORD_LIST_TOO_LARGE"},
	{32, invalid, "INVALID_TIMESTAMP"},
	{87, invalid, "INVALID_RECORD"},
	{42, bug, "INVALID_REQUEST"},

	{22, conflict, "ILLEGAL_GENERATION: the group was balanced again"},
	{25, conflict, "UNKNOWN_MEMBER_ID: the group was balanced again"},
	{27, conflict, "REBALANCE_IN_PROGRESS"},
	{51, conflict, "CONCURRENT_TRANSACTIONS"},
	{47, stopped, "INVALID_PRODUCER_EPOCH: another producer has our id"},
	{90, stopped, "PRODUCER_FENCED: another producer has our id"},
	{82, stopped, "FENCED_INSTANCE_ID: another consumer has our id"},

	{29, denied, "TOPIC_AUTHORIZATION_FAILED"},
	{30, denied, "GROUP_AUTHORIZATION_FAILED"},
	{31, denied, "CLUSTER_AUTHORIZATION_FAILED"},
	{53, denied, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"},
	{44, denied, "POLICY_VIOLATION"},
	{17, misconfigured, "INVALID_TOPIC_EXCEPTION"},
	{21, misconfigured, "INVALID_REQUIRED_ACKS"},
	{33, misconfigured, "UNSUPPORTED_SASL_MECHANISM"},
	{35, misconfigured, "UNSUPPORTED_VERSION"},
	{58, misconfigured, "SASL_AUTHENTICATION_FAILED"},
}

var kafkaValues = table[error]{
	{kgo.ErrRecordTimeout, unsure(timeout), "kgo: ErrRecordTimeout, of RecordDeliveryTimeout"},
	{kgo.ErrRecordRetries, unsure(timeout), "kgo: ErrRecordRetries, tried as often as RecordRetries says"},
	{kgo.ErrMaxBuffered, throttled, "kgo: ErrMaxBuffered, the brokers do not keep up"},
	{kgo.ErrAborting, stopped, "kgo: ErrAborting, called off by this program"},
	{kgo.ErrClientClosed, stopped, "kgo: ErrClientClosed, closed by this program"},
}
