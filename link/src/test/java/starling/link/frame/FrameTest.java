package starling.link.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameTest {

    static final PlanHash PLAN = PlanHash.ofHex("000102030405060708090a0b0c0d0e0fffff");
    static final FrameHeader HEADER = new FrameHeader(
            FrameKind.EXCHANGE,
            ElementType.FLOAT32,
            true,
            false,
            true,
            PLAN,
            0x1112131415161718L,
            0x2122232425262728L,
            0x3132,
            0x4142,
            FrameDescriptor.ROUTER,
            0x5152535455565758L);

    @Test
    void theBytesAreThoseOfTheGoldenFileOfVersionOne() throws Exception {
        byte[] golden = HexFormat.of().parseHex(golden("frame-v1.hex"));
        byte[] encoded = Frame.encode(HEADER, new float[] {1, -2.5f, Float.MIN_VALUE}, "{\"µs\":7}");
        assertArrayEquals(golden, encoded);
        Frame frame = Frame.decode(golden, FrameLimits.DEFAULT);
        assertEquals(HEADER, frame.header());
        assertArrayEquals(new float[] {1, -2.5f, Float.MIN_VALUE}, frame.values());
        assertEquals("{\"µs\":7}", frame.annex());
    }

    @Test
    void everyKindAndTypeAndFlagComesBack() throws Exception {
        for (FrameKind kind : FrameKind.values()) {
            for (ElementType type : ElementType.values()) {
                for (int flags = 0; flags < 8; flags++) {
                    FrameHeader header = new FrameHeader(
                            kind,
                            type,
                            (flags & 1) != 0,
                            (flags & 2) != 0,
                            (flags & 4) != 0,
                            PLAN,
                            -1,
                            Long.MIN_VALUE,
                            65535,
                            0,
                            FrameDescriptor.CLIENT,
                            Long.MAX_VALUE);
                    byte[] bytes = Frame.encode(header, new float[] {0.5f}, "");
                    assertEquals(FrameDescriptor.HEADER_LENGTH + type.bytes(), bytes.length);
                    assertEquals(flags, bytes[FrameDescriptor.FLAGS_OFFSET]);
                    Frame frame = Frame.decode(bytes, FrameLimits.DEFAULT);
                    assertEquals(header, frame.header());
                    assertArrayEquals(new float[] {0.5f}, frame.values());
                }
            }
        }
    }

    @Test
    void anEmptyFrameIsItsHeader() throws Exception {
        byte[] bytes = Frame.encode(HEADER, new float[0], "");
        assertEquals(FrameDescriptor.HEADER_LENGTH, bytes.length);
        assertEquals(0, Frame.decode(bytes, FrameLimits.DEFAULT).count());
    }

    @Test
    void floatsKeepEveryBit() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        float[] back = Frame.decode(Frame.encode(HEADER, values, "x"), FrameLimits.DEFAULT)
                .values();
        for (int i = 0; i < values.length; i++) {
            assertEquals(Float.floatToRawIntBits(values[i]), Float.floatToRawIntBits(back[i]));
        }
    }

    @Test
    void halvesAreRoundedOnce() throws Exception {
        float[] values = {1, 1 + 0x1p-11f, 1 + 0x3p-11f, 65504, 1e-9f, -0f};
        FrameHeader header = HEADER.withElementType(ElementType.FLOAT16);
        Frame frame = Frame.decode(Frame.encode(header, values, "odd"), FrameLimits.DEFAULT);
        assertArrayEquals(new float[] {1, 1, 1 + 0x1p-9f, 65504, 0, -0f}, frame.values());
        assertEquals("odd", frame.annex());
    }

    @Test
    void numbersGoStraightIntoExistingArraysAndBuffers() throws Exception {
        for (ElementType type : ElementType.values()) {
            FloatBuffer direct = ByteBuffer.allocateDirect(40)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(new float[] {9, 1, 2, 3, 9})
                    .flip();
            direct.position(1).limit(4);
            byte[] bytes = Frame.encode(HEADER.withElementType(type), direct, "");
            assertEquals(1, direct.position(), "encoding leaves the source as it was");
            Frame frame = Frame.decode(bytes, FrameLimits.DEFAULT);

            float[] array = {7, 7, 7, 7, 7};
            frame.copyTo(array, 1);
            assertArrayEquals(new float[] {7, 1, 2, 3, 7}, array);

            FloatBuffer target =
                    ByteBuffer.allocateDirect(20).order(ByteOrder.nativeOrder()).asFloatBuffer();
            target.position(2);
            frame.copyTo(target);
            assertEquals(5, target.position());
            assertEquals(1, target.get(2));
            assertEquals(3, target.get(4));

            assertThrows(IndexOutOfBoundsException.class, () -> frame.copyTo(array, 3));
            FloatBuffer small = FloatBuffer.allocate(2);
            assertThrows(BufferOverflowException.class, () -> frame.copyTo(small));
            assertEquals(0, small.position());
        }
    }

    @Test
    void eachBrokenRuleIsNamedWithItsValue() {
        refused("begin with 5354524c (STRL): it begins with 0054524c", 0, 0);
        refused("version must be 1: it is 2", FrameDescriptor.VERSION_OFFSET, 2);
        refused("kind must be 1 to 5: it is 0", FrameDescriptor.KIND_OFFSET, 0);
        refused("kind must be 1 to 5: it is 6", FrameDescriptor.KIND_OFFSET, 6);
        refused("kind must be 1 to 5: it is 255", FrameDescriptor.KIND_OFFSET, 255);
        refused("element type must be 1 (float32) or 2 (float16): it is 3", FrameDescriptor.ELEMENT_TYPE_OFFSET, 3);
        refused("flags must be a sum of 1, 2 and 4: they are 8", FrameDescriptor.FLAGS_OFFSET, 8);
        refused("reserved field must be 0: it is 1", FrameDescriptor.RESERVED_OFFSET + 1, 1);
        refused("make 84 bytes, there are 80", FrameDescriptor.COUNT_OFFSET + 3, 4);
        refused("at most 524256 elements: it says 4278190083", FrameDescriptor.COUNT_OFFSET, 255);
        refused("annex must have at most 4096 bytes: it says 4278190084", FrameDescriptor.ANNEX_LENGTH_OFFSET, 255);
        refused("annex must be UTF-8", 79, 0xFF);
    }

    /** Changes one byte of a frame of three floats and the annex "text". */
    private static void refused(String sentence, int offset, int value) {
        byte[] bytes = Frame.encode(HEADER, new float[] {1, 2, 3}, "text");
        bytes[offset] = (byte) value;
        MalformedFrameException e =
                assertThrows(MalformedFrameException.class, () -> Frame.decode(bytes, FrameLimits.DEFAULT));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(sentence), message);
    }

    @Test
    void limitsHoldForBytesAndElements() throws Exception {
        byte[] bytes = Frame.encode(HEADER, new float[10], "");
        assertEquals(10, Frame.decode(bytes, new FrameLimits(104, 10)).count());
        assertThrows(MalformedFrameException.class, () -> Frame.decode(bytes, new FrameLimits(103, 10)));
        assertThrows(MalformedFrameException.class, () -> Frame.decode(bytes, new FrameLimits(104, 9)));
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(MalformedFrameException.class, () -> Frame.decode(longer, FrameLimits.DEFAULT));
    }

    @Test
    void theAnnexIsBoundedWhenWritten() throws Exception {
        String longest = "é".repeat(FrameDescriptor.MAX_ANNEX_LENGTH / 2);
        assertEquals(
                longest,
                Frame.decode(Frame.encode(HEADER, new float[1], longest), FrameLimits.DEFAULT)
                        .annex());
        assertThrows(IllegalArgumentException.class, () -> Frame.encode(HEADER, new float[1], longest + "x"));
        assertThrows(IllegalArgumentException.class, () -> Frame.encode(HEADER, new float[1], "\ud800"));
    }

    @Test
    void headerFieldsThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> FrameHeader.of(FrameKind.INPUT, PLAN, 0, 0, 65536, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> FrameHeader.of(FrameKind.INPUT, PLAN, 0, 0, 0, -1, 0, 0));
    }

    @Test
    void aPlanHashIsTheBeginningOfADigest() {
        byte[] digest = HexFormat.of().parseHex("ff".repeat(8) + "01".repeat(8) + "00".repeat(16));
        PlanHash hash = PlanHash.ofDigest(digest);
        assertEquals("ff".repeat(8) + "01".repeat(8), hash.toString());
        assertEquals(hash, PlanHash.ofHex(HexFormat.of().formatHex(digest)));
        assertThrows(IllegalArgumentException.class, () -> PlanHash.ofDigest(new byte[15]));
        assertThrows(IllegalArgumentException.class, () -> PlanHash.ofHex("zz".repeat(16)));
    }

    private static String golden(String name) {
        try (InputStream in = Objects.requireNonNull(FrameTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
