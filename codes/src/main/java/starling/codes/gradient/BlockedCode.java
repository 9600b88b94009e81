package starling.codes.gradient;

import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Consumer;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.random.Draw;

/**
 * Cuts a long vector into blocks, each a message of the same code with a draw of its own ({@link Draw#withBlock}).
 * {@link #encodeBlocks} hands out one message after the other and never holds two, so that a gradient of 60 million
 * numbers needs the memory of one block beside itself; {@link #encode} puts all into one message, each with its length in
 * front (8 to 40 bits). Both give the same numbers.
 *
 * <p>Block i holds the numbers [i b, min((i+1) b, n)).
 */
public final class BlockedCode implements GradientCode {
    private final GradientCode code;
    private final int blockLength;

    public BlockedCode(GradientCode code, int blockLength) {
        if (blockLength < 1) {
            throw new IllegalArgumentException("a block holds at least one number: " + blockLength);
        }
        this.code = code;
        this.blockLength = blockLength;
    }

    @Override
    public String name() {
        return code.name() + "/" + blockLength;
    }

    @Override
    public Properties properties(int length) {
        Properties whole = code.properties(Math.min(length, blockLength));
        int blocks = blocks(length);
        int last = length - (blocks - 1) * blockLength;
        Properties rest = code.properties(last);
        return new Properties(
                whole.unbiased() && rest.unbiased(),
                whole.errorIndependent() && rest.errorIndependent(),
                Math.max(whole.varianceBound(), rest.varianceBound()),
                (blocks - 1) * whole.rawBits() + rest.rawBits(),
                whole.entropyCoded() || rest.entropyCoded());
    }

    /** How many blocks a vector of this length has. */
    public int blocks(int length) {
        return (int) ((length + (long) blockLength - 1) / blockLength);
    }

    /** Hands the message of one block after the other to {@code each}, in order. */
    public void encodeBlocks(float[] vector, int from, int to, Draw draw, Consumer<byte[]> each) {
        if (from >= to) {
            throw new IllegalArgumentException(
                    "a part of a vector holds at least one of its numbers: " + from + " to " + to);
        }
        for (int block = 0; block < blocks(to - from); block++) {
            each.accept(code.encode(vector, start(from, block), end(from, to, block), draw.withBlock(block)));
        }
    }

    /**
     * Takes the message of one block after the other.
     *
     * @throws MalformedMessageException when there are fewer or more messages than blocks
     */
    public void decodeBlocks(Iterator<byte[]> messages, Draw draw, float[] into, int from, int to) {
        int blocks = blocks(to - from);
        for (int block = 0; block < blocks; block++) {
            if (!messages.hasNext()) {
                throw new MalformedMessageException("a vector of " + (to - from) + " numbers has " + blocks
                        + " blocks of " + blockLength + ": only " + block + " came");
            }
            code.decode(messages.next(), draw.withBlock(block), into, start(from, block), end(from, to, block));
        }
        if (messages.hasNext()) {
            throw new MalformedMessageException("a vector of " + (to - from) + " numbers has " + blocks + " blocks of "
                    + blockLength + ": more came");
        }
    }

    @Override
    public byte[] encode(float[] vector, int from, int to, Draw draw) {
        BitWriter message = new BitWriter(to - from);
        encodeBlocks(vector, from, to, draw, block -> {
            message.number(block.length);
            message.bytes(block, 0, block.length);
        });
        return message.message();
    }

    @Override
    public void decode(byte[] message, Draw draw, float[] into, int from, int to) {
        BitReader reader = new BitReader(message);
        Iterator<byte[]> blocks = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return reader.remainingBytes() > 0;
            }

            @Override
            public byte[] next() {
                int length = reader.number(reader.remainingBytes());
                int start = reader.position();
                reader.position(Math.addExact(start, length));
                return Arrays.copyOfRange(message, start, start + length);
            }
        };
        decodeBlocks(blocks, draw, into, from, to);
    }

    private int start(int from, int block) {
        return from + block * blockLength;
    }

    private int end(int from, int to, int block) {
        return (int) Math.min(to, from + (block + 1L) * blockLength);
    }
}
