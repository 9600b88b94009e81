package starling.models.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Writes a matrix as a NumPy array file, format version 1.0, little-endian, C order; it appears whole or not at all. Source:
 * NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
public final class NpyWriter {
    private static final int ALIGNMENT = 64;

    private NpyWriter() {}

    /** Writes the bytes of a row, from the first on. */
    @FunctionalInterface
    private interface RowWriter {
        void put(int row, ByteBuffer bytes);
    }

    /**
     * Writes float32.
     *
     * @param rows one array per row; null stands for a row of NaN
     * @param columns numbers of a row
     * @throws UnfitException when the file cannot be written
     */
    public static void write(Path file, List<float @Nullable []> rows, int columns) {
        write(file, "<f4", Float.BYTES, rows.size(), columns, (row, bytes) -> {
            float[] numbers = rows.get(row);
            for (int i = 0; i < columns; i++) {
                bytes.putFloat(numbers == null ? Float.NaN : numbers[i]);
            }
        });
    }

    /**
     * Writes float64.
     *
     * @param values row by row
     * @throws UnfitException when the file cannot be written
     */
    public static void write(Path file, double[] values, int rows, int columns) {
        write(file, "<f8", Double.BYTES, rows, columns, (row, bytes) -> bytes.asDoubleBuffer()
                .put(values, row * columns, columns));
    }

    private static void write(Path file, String type, int size, int rows, int columns, RowWriter writer) {
        byte[] dictionary = ("{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + rows + ", " + columns
                        + "), }")
                .getBytes(StandardCharsets.US_ASCII);
        int before = 10;
        int length = (before + dictionary.length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - before;
        ByteBuffer header = ByteBuffer.allocate(before + length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        header.putShort((short) length).put(dictionary);
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        header.put((byte) '\n').flip();
        Path staging = file.resolveSibling("." + file.getFileName() + ".partial");
        try {
            try (FileChannel out = FileChannel.open(
                    staging,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                write(out, header);
                ByteBuffer bytes = ByteBuffer.allocate(size * columns).order(ByteOrder.LITTLE_ENDIAN);
                for (int row = 0; row < rows; row++) {
                    writer.put(row, bytes.clear());
                    write(out, bytes.clear());
                }
            }
            Files.move(staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UnfitException("'" + file + "' cannot be written: " + e.getMessage(), e);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
