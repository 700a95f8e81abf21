package provoke

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// mongo returns a client of the server at addr.
func (e *Env) mongo(addr string) *mongo.Client {
	c := must(mongo.Connect(options.Client().ApplyURI("mongodb://" + addr + "/?directConnection=true").
		SetServerSelectionTimeout(100 * time.Millisecond).SetRetryWrites(false).SetRetryReads(false)))
	e.cleanup(func() { _ = c.Disconnect(context.Background()) })
	return c
}

func insert(ctx context.Context, c *mongo.Client) error {
	_, err := c.Database("d").Collection("c").InsertOne(ctx, bson.D{{Key: "_id", Value: 1}})
	return err
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// mongod serves a server that answers insert and find with reply.
func (e *Env) mongod(reply bson.D) (addr string) {
	hello := bson.D{
		{Key: "ok", Value: 1.0}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "helloOk", Value: true},
		{Key: "maxBsonObjectSize", Value: 1 << 24}, {Key: "maxMessageSizeBytes", Value: 48000000}, {Key: "maxWriteBatchSize", Value: 100000},
		{Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21},
	}
	return e.serve(func(c net.Conn) {
		for {
			head := make([]byte, 16)
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			body := make([]byte, binary.LittleEndian.Uint32(head)-16)
			if _, err := io.ReadFull(c, body); err != nil {
				return
			}
			id, op := binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[12:])
			answer := hello
			if op == opMsg {
				command := bson.Raw(body[5:][:binary.LittleEndian.Uint32(body[5:])])
				if first, err := command.IndexErr(0); err == nil && (first.Key() == "insert" || first.Key() == "find") {
					answer = reply
				}
			}
			doc, err := bson.Marshal(answer)
			if err != nil {
				return
			}
			out := []byte{0, 0, 0, 0, 0} // flags, and the kind of the one section
			code := uint32(opMsg)
			if op == opQuery {
				out, code = make([]byte, 20), opReply
				out[16] = 1 // document
			}
			out = append(out, doc...)
			msg := binary.LittleEndian.AppendUint32(nil, uint32(16+len(out)))
			msg = binary.LittleEndian.AppendUint32(msg, 1)
			msg = binary.LittleEndian.AppendUint32(msg, id)
			msg = binary.LittleEndian.AppendUint32(msg, code)
			if _, err := c.Write(append(msg, out...)); err != nil {
				return
			}
		}
	})
}

func mongoAnswer(reply bson.D) provocation {
	return func(ctx context.Context, e *Env) error { return insert(ctx, e.mongo(e.mongod(reply))) }
}

func mongoError(code int, name string) provocation {
	return mongoAnswer(bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: "m"}})
}

var mongoRows = map[string]provocation{
	"mongo-duplicate": mongoAnswer(bson.D{{Key: "ok", Value: 1.0}, {Key: "n", Value: 0}, {Key: "writeErrors", Value: bson.A{
		bson.D{{Key: "index", Value: 0}, {Key: "code", Value: 11000}, {Key: "errmsg", Value: "E11000 duplicate key error"}},
	}}}),
	"mongo-not-primary":  mongoError(10107, "NotWritablePrimary"),
	"mongo-unauthorized": mongoError(13, "Unauthorized"),
	"mongo-conflict":     mongoError(112, "WriteConflict"),
	"mongo-max-time":     mongoError(50, "MaxTimeMSExpired"),
	"mongo-refused":      func(ctx context.Context, e *Env) error { return insert(ctx, e.mongo(e.refused())) },
	"mongo-norows": func(ctx context.Context, e *Env) error {
		empty := bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "d.c"}, {Key: "firstBatch", Value: bson.A{}}}
		c := e.mongo(e.mongod(bson.D{{Key: "ok", Value: 1.0}, {Key: "cursor", Value: empty}}))
		return c.Database("d").Collection("c").FindOne(ctx, bson.D{}).Err()
	},
}
