package starling.learning.protocol;

import java.nio.ByteBuffer;
import java.util.BitSet;
import starling.codes.MalformedMessageException;

/** What the router tells nodes to do in a round. Big-endian: kind (1), the numbers of the nodes meant, and what follows. */
@SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
public sealed interface Order {
    /** Who is meant. */
    BitSet nodes();

    byte[] encode();

    /**
     * To compute an update.
     *
     * @param nodes who
     * @param heard the nodes whose answers in the last round counted
     * @param samples of all nodes together
     * @param weights to start from
     */
    record Update(BitSet nodes, BitSet heard, double samples, float[] weights) implements Order {
        @Override
        public byte[] encode() {
            byte[] meant = nodes.toByteArray();
            byte[] counted = heard.toByteArray();
            ByteBuffer out = ByteBuffer.allocate(Math.addExact(
                    1 + 2 * Integer.BYTES + meant.length + counted.length + Double.BYTES,
                    Math.multiplyExact(Float.BYTES, weights.length)));
            out.put(UPDATE).putInt(meant.length).put(meant);
            out.putInt(counted.length).put(counted).putDouble(samples);
            out.asFloatBuffer().put(weights);
            return out.array();
        }
    }

    /**
     * To send the update that was reported.
     *
     * @param nodes who
     * @param scale c
     */
    record Send(BitSet nodes, double scale) implements Order {
        @Override
        public byte[] encode() {
            byte[] meant = nodes.toByteArray();
            return ByteBuffer.allocate(1 + Integer.BYTES + meant.length + Double.BYTES)
                    .put(SEND)
                    .putInt(meant.length)
                    .put(meant)
                    .putDouble(scale)
                    .array();
        }
    }

    /**
     * To tell the keys of this round that are shared with nodes that did not send.
     *
     * @param nodes who has sent
     * @param missing who has not
     */
    record Reveal(BitSet nodes, BitSet missing) implements Order {
        @Override
        public byte[] encode() {
            byte[] meant = nodes.toByteArray();
            byte[] others = missing.toByteArray();
            return ByteBuffer.allocate(1 + 2 * Integer.BYTES + meant.length + others.length)
                    .put(REVEAL)
                    .putInt(meant.length)
                    .put(meant)
                    .putInt(others.length)
                    .put(others)
                    .array();
        }
    }

    byte UPDATE = 1;
    byte SEND = 2;
    byte REVEAL = 3;

    /** Nodes of a trial at most. */
    int MOST_NODES = 1 << 16;

    /** Bytes of the longest order for a model of so many numbers. */
    static int longest(int length) {
        return Math.addExact(Math.multiplyExact(Float.BYTES, length), MOST_NODES);
    }

    /**
     * Reads an order.
     *
     * @param length numbers of the model
     * @throws MalformedMessageException when it is none for such a model
     */
    static Order decode(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int kind = in.hasRemaining() ? in.get() : 0;
        if (kind == SEND) {
            BitSet nodes = nodes(in);
            require(in, Double.BYTES);
            double scale = in.getDouble();
            if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
                throw new MalformedMessageException("a scale must be positive and finite: " + scale);
            }
            return new Send(nodes, scale);
        }
        if (kind == REVEAL) {
            Order reveal = new Reveal(nodes(in), nodes(in));
            require(in, 0);
            return reveal;
        }
        if (kind != UPDATE) {
            throw new MalformedMessageException("an order's kind must be " + UPDATE + " to " + REVEAL + ": " + kind);
        }
        BitSet nodes = nodes(in);
        BitSet heard = nodes(in);
        require(in, Double.BYTES + (long) Float.BYTES * length);
        double samples = in.getDouble();
        if (!(samples > 0 && samples < Double.POSITIVE_INFINITY)) {
            throw new MalformedMessageException("the samples of all nodes must be positive and finite: " + samples);
        }
        float[] weights = new float[length];
        in.asFloatBuffer().get(weights);
        for (int i = 0; i < length; i++) {
            if (!Float.isFinite(weights[i])) {
                throw new MalformedMessageException("weights must be finite: number " + i + " is " + weights[i]);
            }
        }
        return new Update(nodes, heard, samples, weights);
    }

    private static BitSet nodes(ByteBuffer in) {
        int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (length < 0 || length > in.remaining() || length > MOST_NODES / Byte.SIZE) {
            throw new MalformedMessageException(
                    "the nodes of an order must be there: " + length + " bytes of " + in.remaining());
        }
        byte[] set = new byte[length];
        in.get(set);
        return BitSet.valueOf(set);
    }

    private static void require(ByteBuffer in, long length) {
        if (in.remaining() != length) {
            throw new MalformedMessageException(
                    "an order must end with " + length + " bytes for this model: it has " + in.remaining());
        }
    }
}
