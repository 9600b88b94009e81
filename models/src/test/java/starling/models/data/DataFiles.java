package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.function.Executable;
import starling.models.UnfitException;

/** Writes small data files byte by byte, independently of the readers under test. */
final class DataFiles {
    private DataFiles() {}

    static byte[] idxImages(int count, int rows, int columns, byte... pixels) {
        return ByteBuffer.allocate(16 + pixels.length)
                .putInt(0x803)
                .putInt(count)
                .putInt(rows)
                .putInt(columns)
                .put(pixels)
                .array();
    }

    static byte[] idxLabels(int count, byte... labels) {
        return ByteBuffer.allocate(8 + labels.length)
                .putInt(0x801)
                .putInt(count)
                .put(labels)
                .array();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** An array file of format version 1 with a header as NumPy writes it. */
    static byte[] npy(String descr, String shape, byte[] data) {
        return npy(1, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }", data);
    }

    static byte[] npy(int version, String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int lengthBytes = version == 1 ? 2 : 4;
        ByteBuffer out =
                ByteBuffer.allocate(8 + lengthBytes + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        return out.put(text).put(data).array();
    }

    static byte[] floats(ByteOrder order, float... numbers) {
        ByteBuffer out = ByteBuffer.allocate(4 * numbers.length).order(order);
        for (float number : numbers) {
            out.putFloat(number);
        }
        return out.array();
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Asserts that the work is refused with a sentence that has all these parts, rule and value. */
    static void assertUnfit(Executable work, String... parts) {
        UnfitException thrown = assertThrows(UnfitException.class, work);
        String sentence = String.valueOf(thrown.getMessage());
        for (String part : parts) {
            assertTrue(sentence.contains(part), () -> "'" + part + "' is missing in: " + sentence);
        }
        assertTrue(!sentence.contains("\n"), sentence);
    }

    static float[] sample(Dataset data, int i) {
        float[] sample = new float[data.elements()];
        data.read(i, sample, 0);
        return sample;
    }
}
