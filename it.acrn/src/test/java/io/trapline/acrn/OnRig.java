package io.trapline.acrn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that runs inside the rig, where every breach of the protocol fails it: {@link ProtocolCheck} looks after
 * each test, and at the end of the class.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("rig")
@ExtendWith(ProtocolCheck.class)
@interface OnRig {
    /** Parts of violations that a test of this class provokes, such as {@code "notified twice"}. */
    String[] provokes() default {};
}
