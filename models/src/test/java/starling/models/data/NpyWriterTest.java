package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class NpyWriterTest {
    @TempDir
    Path folder;

    @Test
    void theFileIsWhatTheFormatSays() throws IOException {
        Path file = folder.resolve("out.npy");
        Files.writeString(file, "something old");
        NpyWriter.write(file, Arrays.asList(new float[] {1, 2.5f}, null, new float[] {-3, 4}), 2);
        byte[] bytes = Files.readAllBytes(file);
        assertArrayEquals(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, Arrays.copyOf(bytes, 8));
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = in.getShort(8);
        assertEquals(0, (10 + length) % 64);
        String header = new String(bytes, 10, length, StandardCharsets.US_ASCII);
        assertTrue(header.startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"), header);
        assertTrue(header.endsWith(" \n"), header);
        float[] values = new float[6];
        in.position(10 + length).asFloatBuffer().get(values);
        assertArrayEquals(new float[] {1, 2.5f, Float.NaN, Float.NaN, -3, 4}, values);
        assertEquals(10 + length + 24, bytes.length);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "nothing else is left");
        }
    }

    @Test
    void aMatrixIsReadAsItWasWritten() throws IOException {
        Path file = folder.resolve("matrix.npy");
        double[] values = {1, -2.5, 1e-300, 3, 4, 5};
        NpyWriter.write(file, values, 2, 3);
        NpyMatrix matrix = NpyMatrix.read(file);
        assertArrayEquals(values, matrix.values());
        assertEquals(2, matrix.rows());
        assertEquals(3, matrix.columns());
        NpyWriter.write(file, Arrays.asList(new float[] {1.5f, 2}, new float[] {3, 4}), 2);
        assertArrayEquals(new double[] {1.5, 2, 3, 4}, NpyMatrix.read(file).values());
        NpyWriter.write(file, new double[] {Double.NaN}, 1, 1);
        assertThrows(UnfitException.class, () -> NpyMatrix.read(file));
        NpyWriter.write(file, values, 2, 3);
        byte[] cube = Files.readAllBytes(file);
        byte[] shape = "(2, 3)".getBytes(StandardCharsets.US_ASCII);
        int place = new String(cube, StandardCharsets.ISO_8859_1).indexOf("(2, 3)");
        System.arraycopy("(2,3,1)".getBytes(StandardCharsets.US_ASCII), 0, cube, place, shape.length + 1);
        cube[place + shape.length + 1] = '}';
        cube[place + shape.length + 2] = ' ';
        cube[place + shape.length + 3] = ' ';
        Files.write(file, cube);
        UnfitException deep = assertThrows(UnfitException.class, () -> NpyMatrix.read(file));
        assertTrue(String.valueOf(deep.getMessage()).contains("must have one or two dimensions"), deep.getMessage());
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Path file = folder.resolve("no/where.npy");
        UnfitException e = assertThrows(UnfitException.class, () -> NpyWriter.write(file, List.of(), 1));
        assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
    }
}
