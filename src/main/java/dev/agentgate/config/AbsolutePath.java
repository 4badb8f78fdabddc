package dev.agentgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** One or several absolute paths, which start with {@code /}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface AbsolutePath {}
