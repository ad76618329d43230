import CFFmpeg
import Glibc

/// Which demuxers and protocols FFmpeg may use for a source. A file or a camera must not have it open other files or
/// addresses: some demuxers do what a list in their input says.
struct SourceAccess {
    /// FFmpeg's names of demuxers, with commas between them.
    let formats: String
    /// FFmpeg's names of protocols, with commas between them.
    let protocols: String
    /// Whether HLS is among the formats.
    let mayBePlaylist: Bool
    /// Whom the source's own address names; nil for what is neither HTTP nor RTSP.
    private let origin: URLOrigin?
    /// The source's URL, where it may open nothing besides; else nil.
    private let onlyURL: String?

    init(_ source: SourceName, _ options: SourceOptions) {
        let scheme = source.isStandardInput ? "" : source.scheme
        let isPlaylist = ["m3u8", "m3u"].contains(source.fileExtension) && options.mayNameFiles
        let (formats, protocols): (String, String) =
            switch scheme {
            // A list of no names: nothing else is opened.
            case "": (Self.containers, "")
            case "file" where isPlaylist: ("hls," + Self.segments, "file,crypto")
            case "file": (Self.containers + (options.mayNameFiles ? ",image2" : ""), "file")
            case "http", "https":
                options.mayNameFiles
                    ? (Self.containers + ",hls", "http,https,httpproxy,tcp,tls,crypto")
                    : (Self.containers, "http,https,httpproxy,tcp,tls")
            case "rtsp", "rtsps": ("rtsp", "rtp,srtp,udp,tcp,tls,http,https,httpproxy")
            case "rtp": ("rtp," + Self.containers, "rtp,srtp,udp")
            case "rtmp", "rtmps", "rtmpt", "rtmpts", "rtmpe", "rtmpte":
                ("flv,live_flv", "\(scheme),ffrtmphttp,ffrtmpcrypt,http,https,tcp,tls")
            case "mmsh", "mmst": ("asf", "\(scheme),http,tcp")
            case "concat", "subfile", "cache", "async", "crypto":
                (Self.containers, "concat,subfile,cache,async,crypto,file,http,https,tcp,tls")
            case "ipfs", "ipns": (Self.containers, "\(scheme),http,https,tcp,tls")
            default: (Self.containers, "\(scheme),tcp,tls")
            }
        // What the operator names counts.
        self.formats = options.format.map { $0 + "," + formats } ?? formats
        self.protocols = options.format == "sdp" ? protocols + ",rtp,srtp,udp" : protocols
        mayBePlaylist = self.formats.split(separator: ",").contains("hls")
        origin = URLOrigin(source.text)
        let url = source.cURL.dropLast().map(UInt8.init(bitPattern:))
        onlyURL = options.mayNameFiles ? nil : String(decoding: url, as: UTF8.self)
    }

    /// Whether FFmpeg may open what a playlist names: not the services of this machine or of its network, beside the one
    /// that the playlist came from.
    func allows(url: String) -> Bool {
        if let onlyURL { return url == onlyURL }
        guard let origin, origin.isHTTP else { return true }
        // `tcp` is among the protocols since HTTP needs it.
        guard let other = URLOrigin(url), other.isHTTP else { return false }
        return other == origin || other.isPublic
    }

    /// Whether the source may send FFmpeg to another address: of the same machine, or out in the internet. But beside a
    /// service of this machine there are others that nobody meant. What may name nothing may only lead back to where it is.
    func allowsRedirect(to url: String) -> Bool {
        guard let origin else { return true }
        if onlyURL != nil { return URLOrigin(url) == origin }
        // RTSP may go through HTTP.
        guard let other = URLOrigin(url), other.isHTTP || !origin.isHTTP else { return false }
        return other == origin || other.isPublic || other.isElsewhereAndAt(origin)
    }

    /// Why FFmpeg didn't open a source, where it is these lists; nil where it isn't.
    func explain(_ code: Int32, of source: SourceName) -> String? {
        if code == footpath_averror(EINVAL), origin?.isHTTP == true {
            return "it leads to what isn't HTTP, and isn't followed"
        }
        guard code == footpath_averror(EINVAL), source.isRegularFile,
            let format = Self.probe(source), av_match_list(format, formats, CChar(UInt8(ascii: ","))) == 0
        else { return nil }
        return format == "hls"
            ? "it is an HLS playlist under another name, or among other files; name it .m3u8"
            : "it is no video but '\(format)', which may lead to other files or addresses, and isn't read"
    }

    /// FFmpeg's name of a file's format.
    private static func probe(_ source: SourceName) -> String? {
        var input: UnsafeMutablePointer<AVIOContext>?
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        defer {
            av_dict_free(&options)
            avio_closep(&input)
        }
        guard avio_open2(&input, source.cURL, AVIO_FLAG_READ, nil, &options) >= 0, let input else { return nil }
        return footpath_probe_format(input, source.cURL).map { String(cString: $0) }
    }

    /// What the segments of an HLS playlist are.
    private static let segments = "mpegts,mov,aac,ac3,eac3,mp3,webvtt"
    /// Videos and pictures that are whole in themselves, and the commonest sound, to be told that it has no video.
    private static let containers = """
        mov,matroska,mpegts,avi,flv,live_flv,asf,asf_o,ogg,mpeg,mpegvideo,m4v,mxf,gxf,nut,rm,wtv,dv,ivf,obu,swf,nsv,nuv,\
        pva,pmp,dhav,kux,lmlm4,luodat,lvf,lxf,simbiosis_imx,mxg,ifv,iv8,frm,ingenient,ipu,mtv,mgsts,mlv,vividas,vivo,rpl,\
        h261,h263,h264,hevc,vvc,evc,av1,avs2,avs3,cavsvideo,dirac,dnxhd,vc1,vc1test,v210,v210x,mjpeg,mjpeg_2000,mpjpeg,\
        smjpeg,yuv4mpegpipe,rawvideo,gif,apng,image2pipe,nc,r3d,cine,cdg,cdxl,dxa,filmstrip,fits,iff,\
        4xm,anm,argo_brp,avs,bethsoftvid,bfi,bink,bmv,c93,dsicin,ea,ea_cdata,film_cpk,flic,gdv,hnm,ico,idcin,ipmovie,jv,\
        mm,mods,moflex,mv,mvi,paf,psxstr,rl2,roq,sdr2,sga,siff,smk,smush,thp,tiertexseq,tmv,txd,vmd,wc3movie,wsvqa,xmv,yop,\
        bmp_pipe,cri_pipe,dds_pipe,dpx_pipe,exr_pipe,gem_pipe,gif_pipe,hdr_pipe,j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_anim,\
        jpegxl_pipe,pam_pipe,pbm_pipe,pcx_pipe,pfm_pipe,pgm_pipe,pgmyuv_pipe,pgx_pipe,phm_pipe,photocd_pipe,pictor_pipe,\
        png_pipe,ppm_pipe,psd_pipe,qdraw_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,tiff_pipe,vbn_pipe,webp_pipe,xbm_pipe,xpm_pipe,\
        xwd_pipe,aac,ac3,aiff,amr,ape,au,caf,dts,eac3,flac,mp3,truehd,tta,w64,wav,wv
        """
}

/// The host and port of a URL.
struct URLOrigin: Equatable {
    let host: String
    private let port: String
    /// Else it is RTSP.
    let isHTTP: Bool

    static func == (one: URLOrigin, other: URLOrigin) -> Bool { one.host == other.host && one.port == other.port }

    private static let ports = ["http": "80", "https": "443", "rtsp": "554", "rtsps": "322"]

    /// As libavformat takes URLs apart (av_url_split, libavformat/utils.c). Nil where it is of another scheme.
    init?(_ url: String) {
        guard let range = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<range.lowerBound].split(whereSeparator: { "+:".contains($0) }).last?.lowercased() ?? ""
        guard let usualPort = Self.ports[scheme] else { return nil }
        let authority = url[range.upperBound...].prefix { !"/?#".contains($0) }
        let address = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let isBracketed = address.hasPrefix("[")
        let name = isBracketed ? address.dropFirst().prefix { $0 != "]" } : address.prefix { $0 != ":" }
        let rest = address.dropFirst(name.count + (isBracketed ? 2 : 0))
        host = name.lowercased()
        port = rest.count > 1 ? String(rest.dropFirst()) : usualPort
        isHTTP = scheme.hasPrefix("http")
    }

    /// Whether all of the host's addresses are out in the internet. True where it has none: it can't be opened.
    var isPublic: Bool { addresses.allSatisfy(Self.isPublic) }

    /// Whether both hosts are one, and not this one.
    func isElsewhereAndAt(_ other: URLOrigin) -> Bool {
        let (own, others) = (addresses, other.addresses)
        return own.allSatisfy { others.contains($0) && !Self.isLoopback($0) }
    }

    /// The host's addresses, of 4 bytes or of 16.
    private var addresses: [[UInt8]] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first, next: { $0?.pointee.ai_next }).compactMap { entry in
            entry?.pointee.ai_addr.map { Self.bytes(of: UnsafeRawPointer($0)) }
        }
    }

    private static func bytes(of address: UnsafeRawPointer) -> [UInt8] {
        guard address.loadUnaligned(as: sockaddr.self).sa_family == AF_INET6 else {
            return withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        }
        let bytes = withUnsafeBytes(of: address.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        let isIPv4 = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff
        return isIPv4 ? Array(bytes[12...]) : bytes
    }

    private static func isLoopback(_ bytes: [UInt8]) -> Bool {
        bytes.count == 4 ? bytes[0] == 127 || bytes[0] == 0 : bytes[..<10].allSatisfy { $0 == 0 }
    }

    /// RFC 6890.
    private static func isPublic(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 4 else {
            // Loopback and unspecified; unique local; link local and multicast.
            return !isLoopback(bytes) && bytes[0] & 0xfe != 0xfc && bytes[0] < 0xfe
        }
        return switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _), (100, 64...127), (169, 254), (172, 16...31), (192, 168), (224..., _): false
        default: true
        }
    }
}
