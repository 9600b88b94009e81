package starling.router.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTProtocolHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.router.broker.Admission.Reason;

/**
 * The first handler behind the {@link PacketFramer}: takes the one CONNECT packet, has it judged away from the event loop,
 * and either answers with a refusal or hands the connection to the engine, with a CONNECT packet of its own making
 * ({@link ConnectPacket}) and a {@link PacketGuard} between.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of close and write: a channel that fails there is closed
final class ConnectGate extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectGate.class);

    /** What the engine needs to see in order to recognise MQTT. */
    private static final int RECOGNISED_BYTES = 8;

    private final Door door;
    private final PacketFramer framer;
    private @Nullable ScheduledFuture<?> deadline;

    ConnectGate(Door door, PacketFramer framer) {
        this.door = door;
        this.framer = framer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            LOG.debug(
                                    "{} did not connect in time", ctx.channel().remoteAddress());
                            ctx.close();
                        },
                        door.limits().connectSeconds(),
                        TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.channel().config().setAutoRead(false);
        ByteBuf packet = (ByteBuf) message;
        ConnectPacket connect;
        try {
            connect = ConnectPacket.decode(packet);
        } catch (MqttUnacceptableProtocolVersionException e) {
            deny(
                    ctx,
                    5,
                    new Admission.Denied(Reason.UNSUPPORTED_VERSION, "a version of MQTT other than 3.1, 3.1.1 and 5"));
            return;
        } catch (IllegalArgumentException e) {
            LOG.debug("{} sent a malformed CONNECT", ctx.channel().remoteAddress(), e);
            ctx.close();
            return;
        } finally {
            packet.release();
        }
        Optional<X509Certificate> certificate = certificate(ctx.pipeline());
        MqttConnectMessage sent = connect.message();
        try {
            door.judges().execute(() -> {
                Admission admission = door.keeper().decide(sent, certificate);
                ctx.executor().execute(() -> carryOut(ctx, connect, admission));
            });
        } catch (RejectedExecutionException e) {
            deny(ctx, connect.level(), new Admission.Denied(Reason.QUOTA_EXCEEDED, "too many clients connect at once"));
        }
    }

    private void carryOut(ChannelHandlerContext ctx, ConnectPacket connect, Admission admission) {
        if (!ctx.channel().isActive()) {
            return;
        }
        if (admission instanceof Admission.Denied denied) {
            deny(ctx, connect.level(), denied);
        } else if (admission instanceof Admission.Granted granted) {
            if (!door.admit(ctx.channel())) {
                deny(ctx, connect.level(), new Admission.Denied(Reason.QUOTA_EXCEEDED, "too many clients"));
                return;
            }
            handOver(ctx, connect, granted.user());
        }
    }

    private void handOver(ChannelHandlerContext ctx, ConnectPacket connect, BrokerUser user) {
        Channel channel = ctx.channel();
        ChannelPipeline pipeline = channel.pipeline();
        channel.attr(BrokerUser.OF_CONNECTION).set(user);
        ConnectPacket limited = connect.limited(user, door.limits().inFlight());
        ByteBuf bytes = limited.encode();
        try {
            door.engine().transfer(channel);
            // The engine adds its handlers when it recognises MQTT; the guard must stand among them before it sees
            // more.
            ctx.fireChannelRead(bytes.readRetainedSlice(RECOGNISED_BYTES));
            ChannelHandlerContext engine = pipeline.context(MQTTProtocolHandler.class);
            if (engine == null) {
                ctx.close();
                return;
            }
            PacketGuard guard = new PacketGuard(connect, door.limits(), this::opened);
            pipeline.addBefore(engine.name(), "guard", guard);
            ctx.fireChannelRead(bytes.retain());
            ctx.fireChannelReadComplete();
        } catch (RuntimeException e) { // of an engine that stops just now
            exceptionCaught(ctx, e);
        } finally {
            bytes.release();
        }
    }

    /** The engine has accepted: let the rest through. */
    private void opened(ChannelHandlerContext guard) {
        ChannelPipeline pipeline = guard.pipeline();
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            waiting.cancel(false);
        }
        ChannelHandlerContext framing = pipeline.context(framer);
        if (framing == null) {
            return;
        }
        pipeline.remove(this);
        try {
            framer.open(framing, door.limits().packetBytes());
        } catch (Exception e) {
            guard.fireExceptionCaught(e);
        }
    }

    private void deny(ChannelHandlerContext ctx, int level, Admission.Denied denied) {
        LOG.info("refused {}: {}", ctx.channel().remoteAddress(), denied.sentence());
        door.refused();
        byte code = (byte) denied.reason().code(level);
        byte[] connack = level >= 5 ? new byte[] {0x20, 3, 0, code, 0} : new byte[] {0x20, 2, 0, code};
        ctx.writeAndFlush(Unpooled.wrappedBuffer(connack)).addListener(ChannelFutureListener.CLOSE);
    }

    private static Optional<X509Certificate> certificate(ChannelPipeline pipeline) {
        SslHandler tls = pipeline.get(SslHandler.class);
        if (tls == null) {
            return Optional.empty();
        }
        try {
            return tls.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate own
                    ? Optional.of(own)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof PacketFramer.Violation violation) {
            LOG.debug("{} sent no fitting CONNECT: {}", ctx.channel().remoteAddress(), violation);
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("closing {}", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }
}
