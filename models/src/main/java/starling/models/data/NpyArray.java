package starling.models.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import starling.models.UnfitException;

/**
 * One NumPy array file, format versions 1.0 to 3.0, C order:
 *
 * <pre>
 * 93 'N' 'U' 'M' 'P' 'Y'   major   minor   header length (2 bytes in version 1, 4 later, little-endian)
 * header: {'descr': '&lt;f4', 'fortran_order': False, 'shape': (60, 28, 28), } and blanks
 * the numbers, exactly as many as the shape says
 * </pre>
 *
 * <p>Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
final class NpyArray {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 1 << 16;

    private final String name;
    private final String type;
    private final int[] shape;
    private final ByteBuffer data;

    private NpyArray(String name, String type, int[] shape, ByteBuffer data) {
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /** Reads a file whose element type must be one of {@code types}, written as NumPy does without byte order. */
    static NpyArray read(Path path, String what, String... types) {
        long length = DataFile.length(path);
        try (DataFile file = DataFile.open(path)) {
            byte[] start = file.take(MAGIC.length + 2L, "its header");
            for (int i = 0; i < MAGIC.length; i++) {
                if (start[i] != MAGIC[i]) {
                    throw new UnfitException(path + " must begin as a NumPy array, with 93 'NUMPY': byte " + i + " is "
                            + String.format("%02x", start[i]));
                }
            }
            int version = start[MAGIC.length];
            if (version < 1 || version > 3 || start[MAGIC.length + 1] != 0) {
                throw new UnfitException("NumPy arrays must have format version 1.0, 2.0 or 3.0: " + path + " has "
                        + version + "." + start[MAGIC.length + 1]);
            }
            int lengthBytes = version == 1 ? 2 : 4;
            ByteBuffer size =
                    ByteBuffer.wrap(file.take(lengthBytes, "its header")).order(ByteOrder.LITTLE_ENDIAN);
            long headerLength =
                    version == 1 ? Short.toUnsignedLong(size.getShort()) : Integer.toUnsignedLong(size.getInt());
            if (headerLength > MAX_HEADER) {
                throw new UnfitException("the header of a NumPy array must have at most " + MAX_HEADER
                        + " bytes: that of " + path + " has " + headerLength);
            }
            String header = new String(file.take(headerLength, "its header"), StandardCharsets.UTF_8);
            NpyHeader parsed = NpyHeader.parse(header, path.toString());
            String descr = parsed.descr();
            String type = type(descr, types, what, path);
            int[] shape = parsed.shape();
            long bytes = bytesEach(type);
            for (int dimension : shape) {
                bytes = bytes * dimension;
                if (bytes > DataFile.MAX_LENGTH) {
                    throw new UnfitException("an array must have at most " + DataFile.MAX_LENGTH + " bytes: the " + what
                            + " of " + path + " with " + Shapes.text(shape) + " elements have more");
                }
            }
            long held = length - MAGIC.length - 2 - lengthBytes - headerLength;
            if (bytes != held) {
                throw new UnfitException(path + " must hold the " + bytes + " bytes of its " + Shapes.text(shape)
                        + " elements: it holds " + held);
            }
            ByteBuffer data = ByteBuffer.wrap(file.take(bytes, what));
            data.order(descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            return new NpyArray(path.toString(), type, shape, data);
        }
    }

    int[] shape() {
        return shape.clone();
    }

    /** All elements of an {@code f4} or {@code f8} array. */
    double[] doubles() {
        double[] doubles = new double[data.capacity() / bytesEach(type)];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = type.equals("f4") ? data.getFloat(Float.BYTES * i) : data.getDouble(Double.BYTES * i);
            if (!Double.isFinite(doubles[i])) {
                throw new UnfitException(
                        "numbers of data must be finite: element " + i + " of " + name + " is " + doubles[i]);
            }
        }
        return doubles;
    }

    /** All elements of an {@code f4} array. */
    float[] floats() {
        float[] floats = new float[data.capacity() / Float.BYTES];
        data.duplicate().order(data.order()).asFloatBuffer().get(floats);
        for (int i = 0; i < floats.length; i++) {
            if (!Float.isFinite(floats[i])) {
                throw new UnfitException(
                        "numbers of data must be finite: element " + i + " of " + name + " is " + floats[i]);
            }
        }
        return floats;
    }

    /** All elements of an integer array, each of which must be a class number. */
    int[] labels() {
        int[] labels = new int[data.capacity() / bytesEach(type)];
        for (int i = 0; i < labels.length; i++) {
            long label =
                    switch (type) {
                        case "i1" -> data.get(i);
                        case "u1" -> Byte.toUnsignedLong(data.get(i));
                        case "i2" -> data.getShort(2 * i);
                        case "i4" -> data.getInt(4 * i);
                        default -> data.getLong(8 * i);
                    };
            if (label < 0 || label > Samples.MAX_LABEL) {
                throw new UnfitException(
                        "labels must be 0 to " + Samples.MAX_LABEL + ": number " + i + " of " + name + " is " + label);
            }
            labels[i] = (int) label;
        }
        return labels;
    }

    /** Bytes of an element: the digit in {@code f4}. */
    private static int bytesEach(String type) {
        return Character.digit(type.charAt(1), 10);
    }

    private static String type(String descr, String[] types, String what, Path path) {
        for (String type : types) {
            if (descr.length() == 3 && descr.endsWith(type) && "<>|".indexOf(descr.charAt(0)) >= 0) {
                return type;
            }
        }
        throw new UnfitException("the " + what + " must have one of the types " + String.join(", ", types) + ": " + path
                + " has '" + descr + "'");
    }
}
