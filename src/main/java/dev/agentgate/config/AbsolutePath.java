package dev.agentgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A path from {@code /} on, or several. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface AbsolutePath {}
