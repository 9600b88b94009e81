package starling.agent.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;

@Timeout(30)
class StreamSourceTest {
    @TempDir
    Path folder;

    /** Everything a source gives up to its end, the end's sentence included. */
    private static List<Object> read(byte[] bytes, int values) {
        return drain(new StreamSource(() -> new ByteArrayInputStream(bytes), values));
    }

    private static List<Object> read(String text, int values) {
        return read(text.getBytes(StandardCharsets.UTF_8), values);
    }

    private static List<Object> drain(StreamSource source) {
        Semaphore woken = new Semaphore(0);
        source.onRecord(woken::release);
        List<Object> all = new ArrayList<>();
        try (source) {
            while (true) {
                SourceRecord record = source.poll();
                if (record instanceof SourceRecord.Values values) {
                    all.add(values.values());
                } else if (record instanceof SourceRecord.Unfit unfit) {
                    assertEquals(1, unfit.sentence().lines().count());
                    all.add(unfit.sentence());
                    if (unfit.sentence().startsWith("the local source has ")) {
                        assertEquals(unfit, source.poll(), "the end is said again and again");
                        return all;
                    }
                } else if (!woken.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("the source neither gives nor ends");
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRecord(Object record, float... values) {
        assertTrue(record instanceof float[], String.valueOf(record));
        assertArrayEquals(values, (float[]) record);
    }

    @Test
    void linesHoldNumbersSeparatedByCommasBlanksOrTabs() {
        List<Object> all = read("# sensor 4\n1,2,3\n\n1 2.5 -3e-2\r\n +4\t.5 , 6.\n 7,8 , 9", 3);
        assertEquals(5, all.size());
        assertRecord(all.get(0), 1, 2, 3);
        assertRecord(all.get(1), 1, 2.5f, -0.03f);
        assertRecord(all.get(2), 4, 0.5f, 6);
        assertRecord(all.get(3), 7, 8, 9);
        assertEquals("the local source has ended after 4 records", all.get(4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        1,2 | must have 3 numbers: it has 2
        1,2,3,4 | must have 3 numbers: it has 4
        1,NaN,3 | must consist of finite float32 numbers: number 1 is NaN
        1,2,-Infinity | must consist of finite float32 numbers: number 2 is -Infinity
        inf 2 3 | must consist of finite float32 numbers: number 0 is inf
        1,2,1e39 | must consist of finite float32 numbers: number 2 is 1e39
        1,x,3 | must consist of decimal numbers: number 1 is 'x'
        1,2f,3 | must consist of decimal numbers: number 1 is '2f'
        1,0x10,3 | must consist of decimal numbers: number 1 is '0x10'
        1,1.2.3,3 | must consist of decimal numbers: number 1 is '1.2.3'
        1,,3 | must have a number before each comma: number 1 is missing
        ",1,2" | must have a number before each comma: number 0 is missing
        "1,2,3," | must not end with a comma: number 3 is missing
        1;2;3 | must consist of decimal numbers: number 0 is '1;2;3'
        """)
    void anUnfitLineIsNamedAndTheNextOneRead(String line, String rule) {
        List<Object> all = read("1 2 3\n" + line + "\n4 5 6\n", 3);
        assertEquals("line 2 of the local source " + rule, all.get(1));
        assertRecord(all.get(2), 4, 5, 6);
        assertEquals(4, all.size());
    }

    @Test
    void aLineWithoutEndTakesNoMemory() {
        long length = 200L << 20;
        AtomicLong given = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return given.getAndIncrement() < length ? '1' : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int count) {
                if (given.get() >= length) {
                    return -1;
                }
                java.util.Arrays.fill(bytes, offset, offset + count, (byte) '1');
                given.addAndGet(count);
                return count;
            }
        };
        List<Object> all = drain(new StreamSource(() -> endless, 3));
        assertTrue(String.valueOf(all.get(0)).startsWith("line 1 of the local source must have at most 1024 bytes"));
        assertEquals(2, all.size());
    }

    private static byte[] npy(String descr, int version, String shape, byte[] data) {
        String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
        ByteBuffer bytes =
                ByteBuffer.allocate(12 + header.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) header.length());
        } else {
            bytes.putInt(header.length());
        }
        bytes.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void arraysFollowOneAnother() {
        byte[] doubles = ByteBuffer.allocate(16).putDouble(7).putDouble(-8.5).array();
        List<Object> all = read(
                join(
                        npy("<f4", 1, "2,", floats(1, 2)),
                        npy("<f4", 2, "2, 1, 2", floats(3, 4, 5, 6)),
                        npy(">f8", 3, "1, 2", doubles),
                        npy("|u1", 1, "2,", new byte[] {(byte) 200, 1}),
                        npy("<i2", 1, "2,", new byte[] {-1, -1, 0, 1})),
                2);
        assertRecord(all.get(0), 1, 2);
        assertRecord(all.get(1), 3, 4);
        assertRecord(all.get(2), 5, 6);
        assertRecord(all.get(3), 7, -8.5f);
        assertRecord(all.get(4), 200, 1);
        assertRecord(all.get(5), -1, 256);
        assertEquals("the local source has ended after 6 records", all.get(6));
    }

    @Test
    void aNumberThatIsNotFiniteIsNamedAndTheNextRecordRead() {
        List<Object> all = read(
                join(
                        npy("<f4", 1, "2, 2", floats(1, Float.NaN, 3, 4)),
                        npy(
                                ">f8",
                                1,
                                "2,",
                                ByteBuffer.allocate(16)
                                        .putDouble(1e300)
                                        .putDouble(1)
                                        .array())),
                2);
        assertEquals(
                "array 1 of the local source must hold finite float32 numbers: number 1 of record 0 is NaN",
                all.get(0));
        assertRecord(all.get(1), 3, 4);
        assertEquals(
                "array 2 of the local source must hold finite float32 numbers: number 0 of record 0 is Infinity",
                all.get(2));
    }

    @Test
    void whatIsNoArrayEndsTheSource() {
        byte[] good = npy("<f4", 1, "2,", floats(1, 2));
        assertEnd(join(good, "xx".repeat(10).getBytes(StandardCharsets.US_ASCII)), "must begin as a NumPy array");
        assertEnd(
                join(good, java.util.Arrays.copyOf(good, good.length - 3)), "array 2 of the local source ends within");
        assertEnd(join(good, java.util.Arrays.copyOf(good, 20)), "ends within its header");
        assertEnd(join(good, npy("<f4", 4, "2,", floats(1, 2))), "format version 1, 2 or 3: it has 4");
        assertEnd(join(good, npy("<c8", 1, "2,", floats(1, 2))), "it holds '<c8'");
        assertEnd(join(good, npy("", 1, "2,", floats(1, 2))), "it holds ''");
        assertEnd(join(good, npy("<f4", 1, "3,", floats(1, 2, 3))), "its shape is [3]");
        assertEnd(join(good, npy("<f4", 1, "2000000000, 2000000000", floats(1))), "its shape is");
        assertEnd(join(good, npy("<f4", 1, "", floats(1))), "dimensions of an array must be 1 or more");
    }

    private static void assertEnd(byte[] bytes, String fragment) {
        List<Object> all = read(bytes, 2);
        assertRecord(all.get(0), 1, 2);
        String end = String.valueOf(all.get(1));
        assertTrue(end.startsWith("the local source has failed (") && end.contains(fragment), end);
        assertEquals(2, all.size());
    }

    @Test
    void noBytesEndInAnythingButRecordsAndSentences() {
        byte[] arrays = join(npy("<f4", 1, "2,", floats(1, 2)), npy("<f4", 2, "2, 2", floats(1, 2, 3, 4)));
        byte[] lines = "1 2\n3,4\n5\t6\n".getBytes(StandardCharsets.US_ASCII);
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 600; i++) {
            byte[] changed = (i % 2 == 0 ? arrays : lines).clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            for (Object each : read(changed, 2)) {
                assertTrue(each instanceof float[] || each instanceof String);
            }
        }
    }

    @Test
    void onlySoMuchIsReadAhead() throws Exception {
        Semaphore asked = new Semaphore(0);
        InputStream fast = new InputStream() {
            private final byte[] line = "1 2\n".getBytes(StandardCharsets.US_ASCII);
            private int at;

            @Override
            public int read() {
                asked.release();
                return line[at++ % line.length];
            }

            @Override
            public int read(byte[] bytes, int offset, int count) {
                bytes[offset] = (byte) read();
                return 1;
            }
        };
        try (StreamSource source = new StreamSource(() -> fast, 2)) {
            int most = 4 * (StreamSource.AHEAD + 2);
            assertTrue(asked.tryAcquire(4 * StreamSource.AHEAD, 20, TimeUnit.SECONDS));
            for (int i = 0; i < 100; i++) {
                SourceRecord record = source.poll();
                if (record != null) {
                    assertTrue(asked.tryAcquire(4, 20, TimeUnit.SECONDS), "another one is read for each taken");
                    assertTrue(asked.availablePermits() <= most);
                }
            }
        }
    }

    @Test
    void aStreamIsUsedWhileItGoesOn() throws Exception {
        try (PipedOutputStream sensor = new PipedOutputStream();
                PipedInputStream end = new PipedInputStream(sensor);
                StreamSource source = new StreamSource(() -> end, 1)) {
            assertNull(source.poll(), "nothing has come yet");
            Semaphore woken = new Semaphore(0);
            source.onRecord(woken::release);
            woken.acquire();
            sensor.write("5\n".getBytes(StandardCharsets.US_ASCII));
            sensor.flush();
            assertTrue(woken.tryAcquire(20, TimeUnit.SECONDS));
            assertRecord(((SourceRecord.Values) java.util.Objects.requireNonNull(source.poll())).values(), 5);
            assertNull(source.poll());
        }
    }

    @Test
    void filesAreOpenedAndRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("values.csv"), "1,2\n");
        assertRecord(drain(StreamSource.open(file.toString(), 2)).get(0), 1, 2);
        for (String name :
                new String[] {folder.toString(), folder.resolve("none").toString(), "a\0b"}) {
            assertThrows(UnfitException.class, () -> StreamSource.open(name, 2));
        }
        assertThrows(UnfitException.class, () -> StreamSource.open(file.toString(), 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n# nothing\n"})
    void anEmptySourceHasEnded(String text) {
        assertEquals(List.of("the local source has ended after 0 records"), read(text, 2));
    }
}
