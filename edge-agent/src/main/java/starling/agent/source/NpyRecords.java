package starling.agent.source;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;
import starling.models.data.NpyHeader;

/**
 * Records from NumPy arrays ({@code .npy}, C order), one array after the other without anything in between, as {@code numpy.save} writes
 * them to one stream. An array with as many elements as a record has numbers is one record; an array of N x that many elements is N records.
 * Integers and 64-bit numbers become float32. At most one record is in memory.
 */
final class NpyRecords implements RecordReader {
    /** The first byte of every NumPy array. */
    static final int FIRST = 0x93;

    private static final int MAX_HEADER = 1 << 16;
    private static final byte[] START = {'N', 'U', 'M', 'P', 'Y', 1};
    private static final Map<String, Integer> TYPES =
            new TreeMap<>(Map.of("f4", 4, "f8", 8, "i1", 1, "u1", 1, "i2", 2, "u2", 2, "i4", 4, "i8", 8));

    private final DataInputStream in;
    private final int values;
    private long arrays;
    private long left;
    private long record;
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private String type = "f4";

    NpyRecords(BufferedInputStream in, int values) {
        this.in = new DataInputStream(in);
        this.values = values;
    }

    @Override
    public @Nullable SourceRecord next() throws IOException {
        while (left == 0) {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            header(first);
        }
        left--;
        record++;
        try {
            in.readFully(bytes.array());
        } catch (EOFException e) {
            throw new IOException(where() + " ends within record " + (record - 1), e);
        }
        float[] numbers = new float[values];
        for (int i = 0; i < values; i++) {
            numbers[i] = number(i);
            if (!Float.isFinite(numbers[i])) {
                return new SourceRecord.Unfit(where() + " must hold finite float32 numbers: number " + i + " of record "
                        + (record - 1) + " is " + numbers[i]);
            }
        }
        return new SourceRecord.Values(numbers);
    }

    private void header(int first) throws IOException {
        arrays++;
        record = 0;
        try {
            byte[] start = new byte[START.length + 1];
            in.readFully(start);
            int version = start[START.length - 1];
            if (first != FIRST || !Arrays.equals(start, 0, START.length - 1, START, 0, START.length - 1)) {
                throw new IOException(where() + " must begin as a NumPy array, with 93 'NUMPY'");
            }
            if (version < 1 || version > 3) {
                throw new IOException(where() + " must have format version 1, 2 or 3: it has " + version);
            }
            long length = Short.toUnsignedLong(Short.reverseBytes(in.readShort()));
            if (version > 1) {
                length |= Short.toUnsignedLong(Short.reverseBytes(in.readShort())) << Short.SIZE;
            }
            if (length > MAX_HEADER) {
                throw new IOException(
                        where() + " must have a header of at most " + MAX_HEADER + " bytes: it has " + length);
            }
            byte[] text = new byte[(int) length];
            in.readFully(text);
            array(NpyHeader.parse(new String(text, StandardCharsets.UTF_8), where()));
        } catch (EOFException e) {
            throw new IOException(where() + " ends within its header", e);
        } catch (UnfitException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void array(NpyHeader header) throws IOException {
        String descr = header.descr();
        type = descr.substring(Math.min(1, descr.length()));
        int size = TYPES.getOrDefault(type, 0);
        if (size == 0 || "<>|".indexOf(descr.charAt(0)) < 0) {
            throw new IOException(where() + " must hold numbers of one of the types "
                    + String.join(", ", TYPES.keySet()) + ": it holds '" + descr + "'");
        }
        int[] shape = header.shape();
        double elements = 1;
        for (int dimension : shape) {
            elements *= dimension;
        }
        bytes = ByteBuffer.allocate(values * size)
                .order(descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        if (elements == values) {
            left = 1;
        } else if (elements == (double) shape[0] * values) {
            left = shape[0];
        } else {
            throw new IOException(where() + " must hold " + values + " numbers, or N times so many: its shape is "
                    + Arrays.toString(shape));
        }
    }

    private float number(int i) {
        return switch (type) {
            case "f4" -> bytes.getFloat(Float.BYTES * i);
            case "f8" -> (float) bytes.getDouble(Double.BYTES * i);
            case "i1" -> bytes.get(i);
            case "u1" -> Byte.toUnsignedInt(bytes.get(i));
            case "i2" -> bytes.getShort(Short.BYTES * i);
            case "u2" -> Short.toUnsignedInt(bytes.getShort(Short.BYTES * i));
            case "i4" -> bytes.getInt(Integer.BYTES * i);
            default -> bytes.getLong(Long.BYTES * i);
        };
    }

    private String where() {
        return "array " + arrays + " of the local source";
    }
}
